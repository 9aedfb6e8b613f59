// Fills a bucket with many small objects under random keys, straight into the store of a server that is stopped:
//   node bench/fill.ts --data DIR --region us-east-1 --bucket bench --versions 10000000
// The objects are real: the server lists and serves them. They share one sealed body, which is not what is measured.
import { hash } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sealBuffer } from '../src/keys/frames.ts';
import { DATA_KEY_BYTES, makeKeyring } from '../src/keys/keyring.ts';
import { loadMasterKeys } from '../src/keys/master-key-source.ts';
import { systemClock } from '../src/lib/clock.ts';
import { systemRandom } from '../src/lib/random.ts';
import type { Write } from '../src/store/kv/key-value-store.ts';
import { openStore } from '../src/store/kv/open.ts';
import { buckets } from '../src/store/tables/buckets.ts';
import { counters } from '../src/store/tables/counters.ts';
import { inlineBytes } from '../src/store/tables/inline-bytes.ts';
import { listing } from '../src/store/tables/listing.ts';
import { stampOf } from '../src/store/tables/order-stamp.ts';
import type { ObjectVersion, SealedKey } from '../src/store/tables/rows.ts';
import { makeVersionId } from '../src/store/tables/version-id.ts';
import { versions } from '../src/store/tables/versions.ts';

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string', default: 'data' },
    region: { type: 'string', default: 'us-east-1' },
    bucket: { type: 'string', default: 'bench' },
    versions: { type: 'string', default: '10000000' },
  },
});

const BATCH = 2000;
const BODY = Buffer.from('holdfast');
// 24 hex digits, as the engines were measured with.
const KEY_BYTES = 12;

const count = Number(flags.versions);
const keyring = makeKeyring(await loadMasterKeys({ kind: 'file', path: join(flags.data, 'master.key') }));
const store = await openStore({ directory: join(flags.data, 'regions', flags.region, 'store') });
const [found] = await store.get([buckets.key(flags.bucket)]);
if (found === undefined) throw new Error(`there is no bucket ${flags.bucket}: make it first`);
const bucket = buckets.decode(found);
const dataKey = systemRandom.bytes(DATA_KEY_BYTES);
const sealed = sealBuffer(BODY, dataKey);
const wrapped = keyring.wrap(dataKey);
const etag = hash('md5', BODY);
const startedAtMs = systemClock.now();
let longestMs = 0;

for (let done = 0; done < count; done += BATCH) {
  const size = Math.min(BATCH, count - done);
  const writes: Write[] = [];
  for (let index = 0; index < size; index++) writes.push(...objectWrites(done + index, wrapped));
  writes.push(counters.add(counters.bucketVersions(bucket.id), size));
  writes.push(counters.add(counters.bucketBytes(bucket.id), size * BODY.length));
  const begunMs = systemClock.now();
  const check = { kind: 'version', key: buckets.key(flags.bucket), version: found.version } as const;
  const result = await store.commit({ checks: [check], writes });
  if (result.outcome !== 'committed') throw new Error(`a commit answered ${result.outcome}`);
  longestMs = Math.max(longestMs, systemClock.now() - begunMs);
  if (done % (BATCH * 250) === 0) process.stderr.write(`${done.toLocaleString('en-US')} ...\r`);
}
await store.close();
const seconds = (systemClock.now() - startedAtMs) / 1000;
console.log(
  JSON.stringify({
    versions: count,
    seconds,
    perSecond: Math.round(count / seconds),
    longestCommitMs: longestMs,
  }),
);

function objectWrites(index: number, key: SealedKey): Write[] {
  const objectKey = systemRandom.bytes(KEY_BYTES).toString('hex');
  const stamp = stampOf(startedAtMs - 1 - Math.floor(index / 0xffff), index % 0xffff, '00000000');
  const version: ObjectVersion = {
    kind: 'object',
    versionId: makeVersionId(stamp, systemRandom),
    stamp,
    nullVersion: bucket.versioning !== 'Enabled',
    owner: bucket.owner,
    replica: false,
    size: BODY.length,
    etag,
    metadata: {},
    system: { contentType: 'application/octet-stream' },
    storageClass: 'STANDARD',
    checksum: { algorithm: 'CRC64NVME', value: 'AAAAAAAAAAA=', type: 'FULL_OBJECT' },
    encryption: 'AES256',
    bytes: [{ kind: 'inline', size: BODY.length, key }],
  };
  const { versionId, size, storageClass } = version;
  return [
    versions.put(bucket.id, objectKey, version),
    listing.put(bucket.id, objectKey, {
      stamp,
      versionId,
      deleteMarker: false,
      size,
      etag,
      storageClass,
      checksum: { algorithm: 'CRC64NVME', type: 'FULL_OBJECT' },
    }),
    inlineBytes.put(bucket.id, objectKey, stamp, 0, sealed),
  ];
}
