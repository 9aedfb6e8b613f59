import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Committer } from '../src/store/kv/committer.ts';
import type { Commit } from '../src/store/kv/key-value-store.ts';
import { type EngineName, type OpenedEngine, openEngine } from '../src/store/kv/open.ts';
import { prepare } from '../src/store/kv/prepared-commit.ts';
import { ENGINE_MEMORY } from '../src/store/kv/rocksdb-options.ts';
import { startStoreThread } from '../src/store/kv/threaded/store-thread.ts';
import { connectStore } from '../src/store/kv/threaded/threaded-store.ts';
import { counters } from '../src/store/tables/counters.ts';
import { inlineBytes } from '../src/store/tables/inline-bytes.ts';
import { intents } from '../src/store/tables/intents.ts';
import { listing } from '../src/store/tables/listing.ts';
import { stampOf } from '../src/store/tables/order-stamp.ts';
import type { IntentRow, ListingRow, ObjectVersion } from '../src/store/tables/rows.ts';
import { makeVersionId } from '../src/store/tables/version-id.ts';
import { versions } from '../src/store/tables/versions.ts';

/** What the metadata engine alone can do with the true row shape: a store of --rows versions under random keys,
 * then PUTs (version, listing, 4 KiB of sealed bytes, intent, two counters; one synced write a batch), reads and
 * lists. `--directory` keeps the data, and `--loaded` says that it is there already. */
const MIB = 2 ** 20;
const { values: flags } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    engine: { type: 'string', default: 'rocksdb' },
    directory: { type: 'string' },
    loaded: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '5' },
    'cache-mib': { type: 'string', default: String(ENGINE_MEMORY.cacheBytes / MIB) },
    'memtable-mib': { type: 'string', default: String(ENGINE_MEMORY.memtableBytes / MIB) },
    json: { type: 'boolean', default: false },
  },
});
const ROWS = Number(flags.rows);
const memory = {
  cacheBytes: Number(flags['cache-mib']) * MIB,
  memtableBytes: Number(flags['memtable-mib']) * MIB,
};
const SECONDS = Number(flags.seconds);
const ENGINE: EngineName = flags.engine === 'sqlite' ? 'sqlite' : 'rocksdb';
const LOAD_BATCH = 1000;
const BUCKET = 'b0123456789abcdef';
const SITE = '0badcafe';
const BODY_BYTES = 4096 + 16;

const keyOf = (index: number) => createHash('md5').update(String(index)).digest('hex').slice(0, 24);
const random = { bytes: (length: number) => randomBytes(length) };
const body = randomBytes(BODY_BYTES);
const sealedKey = { wrap: 'w1', wrapped: randomBytes(48).toString('base64') };
let clock = 1_700_000_000_000;

function commitOf(index: number, options: { full: boolean }): Commit {
  const key = keyOf(index);
  const stamp = stampOf(clock++, 0, SITE);
  const versionId = makeVersionId(stamp, random);
  const version: ObjectVersion = {
    kind: 'object',
    versionId,
    stamp,
    nullVersion: false,
    owner: '111122223333',
    replica: false,
    size: 4096,
    etag: 'd41d8cd98f00b204e9800998ecf8427e',
    metadata: {},
    system: { contentType: 'application/octet-stream' },
    storageClass: 'STANDARD',
    encryption: 'AES256',
    bytes: [{ kind: 'inline', size: 4096, key: sealedKey }],
  };
  const shown: ListingRow = {
    stamp,
    versionId,
    deleteMarker: false,
    size: 4096,
    etag: version.etag,
    storageClass: 'STANDARD',
    checksum: { algorithm: 'CRC64NVME', type: 'FULL_OBJECT' },
  };
  const rows = [versions.put(BUCKET, key, version), listing.put(BUCKET, key, shown)];
  if (!options.full) return { checks: [], writes: rows };
  const intent: IntentRow = {
    sourceBucketId: BUCKET,
    sourceBucket: 'source',
    key,
    stamp,
    versionId,
    kind: 'object',
    changeStamp: stamp,
    class: 'live',
    size: 4096,
    rule: {
      ruleId: 'rule',
      role: 'arn:aws:iam::111122223333:role/replication',
      destination: 'copies',
      ownerOverride: false,
    },
    createdAtMs: clock,
    attempts: 0,
    nextAttemptAtMs: 0,
  };
  return {
    checks: [listing.check(0, BUCKET, key)],
    writes: [
      ...rows,
      inlineBytes.put(BUCKET, key, stamp, 0, body),
      intents.put(intent),
      counters.add(counters.bucketVersions(BUCKET), 1),
      counters.add(counters.pendingCount(BUCKET, 'rule', 'copies', 'live'), 1),
    ],
  };
}

const results: Record<string, number> = {};
const note = (name: string, value: number) => {
  results[name] = Math.round(value * 100) / 100;
  if (!flags.json) console.log(`${name.padEnd(34)} ${results[name].toLocaleString('en')}`);
};
const rssAnonMib = () =>
  Number(/RssAnon:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;
const seconds = (since: bigint) => Number(process.hrtime.bigint() - since) / 1e9;
const pause = () => new Promise((resolve) => setImmediate(resolve));

async function load({ engine }: OpenedEngine): Promise<void> {
  const committer = new Committer(engine);
  const began = process.hrtime.bigint();
  for (let index = 0; index < ROWS; index += LOAD_BATCH) {
    const commits = Array.from({ length: Math.min(LOAD_BATCH, ROWS - index) }, (_, offset) =>
      prepare(commitOf(index + offset, { full: false })),
    );
    committer.commit(commits);
    await pause();
  }
  note('load seconds', seconds(began));
}

async function puts({ engine }: OpenedEngine, batch: number, from: number): Promise<number> {
  const committer = new Committer(engine);
  let next = from;
  let longest = 0;
  const began = process.hrtime.bigint();
  while (seconds(began) < SECONDS) {
    const commits = Array.from({ length: batch }, () => prepare(commitOf(next++, { full: true })));
    const start = process.hrtime.bigint();
    const { answers } = committer.commit(commits);
    longest = Math.max(longest, seconds(start));
    if (answers.some(({ outcome }) => outcome !== 'committed')) throw new Error('a commit failed');
    await pause();
  }
  note(`PUTs/s, batch ${batch}`, (next - from) / seconds(began));
  note(`longest commit ms, batch ${batch}`, longest * 1000);
  return next;
}

async function reads({ engine }: OpenedEngine): Promise<void> {
  let count = 0;
  const began = process.hrtime.bigint();
  while (seconds(began) < SECONDS) {
    for (let n = 0; n < 100; n += 1, count += 1) {
      const [row] = engine.get([listing.key(BUCKET, keyOf(Math.floor(Math.random() * ROWS)))]);
      if (row === undefined) throw new Error('a row is missing');
      listing.decode(row);
    }
    await pause();
  }
  note('gets/s', count / seconds(began));
  for (const limit of [100, 1000]) {
    let lists = 0;
    const since = process.hrtime.bigint();
    const { end } = listing.range(BUCKET);
    while (seconds(since) < SECONDS) {
      const start = listing.key(BUCKET, keyOf(Math.floor(Math.random() * 1e12)));
      for (const row of engine.range({ start, end, limit })) {
        listing.decode(row);
        listing.objectKeyOf(row);
      }
      lists += 1;
      if (lists % 20 === 0) await pause();
    }
    note(`lists/s of ${limit} rows`, lists / seconds(since));
  }
}

/** Through the committer thread: rate, and what a commit costs the thread that sends it. */
async function threaded(directory: string, from: number): Promise<void> {
  const thread = await startStoreThread({ directory, engine: ENGINE, memory });
  const store = connectStore(thread.connect());
  await store.get([Buffer.of(0x50)]);
  let next = from;
  for (const inFlight of [1, 32, 64]) {
    const until = process.hrtime.bigint();
    const before = next;
    const usage = process.threadCpuUsage();
    await Promise.all(
      Array.from({ length: inFlight }, async () => {
        while (seconds(until) < SECONDS) {
          const { outcome } = await store.commit(commitOf(next++, { full: true }));
          if (outcome !== 'committed') throw new Error(`a commit answered ${outcome}`);
        }
      }),
    );
    const { user, system } = process.threadCpuUsage(usage);
    note(`threaded PUTs/s, ${inFlight} in flight`, (next - before) / seconds(until));
    note(`sender CPU us/commit, ${inFlight} in flight`, (user + system) / (next - before));
  }
  let built = 0;
  const usage = process.threadCpuUsage();
  for (; built < 20_000; built += 1) commitOf(built, { full: true });
  const { user, system } = process.threadCpuUsage(usage);
  note('of which building rows us/commit', (user + system) / built);
  await store.close();
  await thread.close();
}

const directory = flags.directory ?? mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
try {
  const opening = process.hrtime.bigint();
  const opened = await openEngine({ directory, engine: ENGINE, memory });
  note('open ms', seconds(opening) * 1000);
  if (!flags.loaded) await load(opened);
  await reads(opened);
  let next = ROWS + Math.floor(Math.random() * 1e9);
  for (const batch of [1, 32, 64, 128]) next = await puts(opened, batch, next);
  await reads(opened);
  note('RssAnon MiB', rssAnonMib());
  await opened.engine.close();
  await threaded(directory, next + 1e9);
  note('RssAnon MiB at the end', rssAnonMib());
  if (flags.json) console.log(JSON.stringify({ engine: ENGINE, rows: ROWS, ...results }));
} finally {
  if (flags.directory === undefined) rmSync(directory, { recursive: true, force: true });
}
