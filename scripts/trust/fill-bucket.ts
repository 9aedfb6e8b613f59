import { hash } from 'node:crypto';
import { join } from 'node:path';
import { sealBuffer } from '../../src/keys/frames.ts';
import { DATA_KEY_BYTES, makeKeyring } from '../../src/keys/keyring.ts';
import { loadMasterKeys } from '../../src/keys/master-key-source.ts';
import { checksumOf, checksumsReady } from '../../src/lib/checksums/index.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { Tally } from '../../src/objects/tally.ts';
import { listingRowOf } from '../../src/objects/version-form.ts';
import type { KeyValueStore, Write } from '../../src/store/kv/key-value-store.ts';
import { openStore } from '../../src/store/kv/open.ts';
import type { BucketRow } from '../../src/store/tables/bucket-row.ts';
import { buckets } from '../../src/store/tables/buckets.ts';
import { inlineBytes } from '../../src/store/tables/inline-bytes.ts';
import { listing } from '../../src/store/tables/listing.ts';
import { stampOf } from '../../src/store/tables/order-stamp.ts';
import type { ObjectVersion, VersionRow } from '../../src/store/tables/rows.ts';
import { makeVersionId } from '../../src/store/tables/version-id.ts';
import { versions } from '../../src/store/tables/versions.ts';

/** Fills buckets straight into the store of a server that is stopped. The objects are real: the server lists, serves and
 * replicates them. They share one sealed body. */
export interface Fill {
  readonly bucket: string;
  /** Delete markers count, too. At most a key's versions more are made. */
  readonly versions: number;
  /** Short enough to travel inside the commit. */
  readonly body: Buffer;
  /** The versions of a key, oldest first; one object where absent. */
  readonly shape?: (index: number) => readonly VersionRow['kind'][];
}

export interface Filled {
  readonly versions: number;
  readonly seconds: number;
  readonly longestCommitMs: number;
}

const BATCH_VERSIONS = 2000;
// 24 hex digits, as the engines were measured with.
const KEY_BYTES = 12;
/** Stamps begin so long ago, and each key takes one or more of the milliseconds since. */
const OLDEST_AGE_MS = 86_400_000;

export async function fillBuckets(
  data: string,
  region: string,
  fills: readonly Fill[],
  progress: (versions: number) => void = () => undefined,
): Promise<Filled[]> {
  await checksumsReady;
  const masterKeys = await loadMasterKeys({ kind: 'file', path: join(data, 'master.key') });
  const keyring = makeKeyring(masterKeys);
  const store = await openStore({ directory: join(data, 'regions', region, 'store') });
  try {
    const filled: Filled[] = [];
    for (const fill of fills) {
      const dataKey = systemRandom.bytes(DATA_KEY_BYTES);
      const body = { sealed: sealBuffer(fill.body, dataKey), key: keyring.wrap(dataKey) };
      filled.push(await fillBucket(store, fill, body, progress));
    }
    return filled;
  } finally {
    await store.close();
  }
}

interface SealedBody {
  readonly sealed: Buffer;
  readonly key: ObjectVersion['bytes'][number]['key'];
}

async function fillBucket(
  store: KeyValueStore,
  fill: Fill,
  body: SealedBody,
  progress: (versions: number) => void,
): Promise<Filled> {
  const [found] = await store.get([buckets.key(fill.bucket)]);
  if (found === undefined) throw new Error(`there is no bucket ${fill.bucket}: make it first`);
  const bucket = buckets.decode(found);
  const check = { kind: 'version', key: buckets.key(fill.bucket), version: found.version } as const;
  const begunMs = systemClock.now();
  let longestCommitMs = 0;
  let made = 0;
  for (let index = 0; made < fill.versions; ) {
    const tally = new Tally();
    const writes: Write[] = [];
    const batchEnd = Math.min(fill.versions, made + BATCH_VERSIONS);
    for (; made < batchEnd; index++) {
      const kinds = fill.shape?.(index) ?? ['object'];
      const stampMs = begunMs - OLDEST_AGE_MS + Math.floor(index / 1000);
      writes.push(...keyWrites(bucket, fill.body, body, kinds, stampMs, tally));
      made += kinds.length;
    }
    const commitMs = systemClock.now();
    const result = await store.commit({ checks: [check], writes: [...writes, ...tally.writes()] });
    if (result.outcome !== 'committed') throw new Error(`a commit answered ${result.outcome}`);
    longestCommitMs = Math.max(longestCommitMs, systemClock.now() - commitMs);
    progress(made);
  }
  return { versions: made, seconds: (systemClock.now() - begunMs) / 1000, longestCommitMs };
}

function keyWrites(
  bucket: BucketRow,
  plain: Buffer,
  body: SealedBody,
  kinds: readonly VersionRow['kind'][],
  stampMs: number,
  tally: Tally,
): Write[] {
  const key = systemRandom.bytes(KEY_BYTES).toString('hex');
  const writes: Write[] = [];
  for (const [age, kind] of kinds.entries()) {
    const row = versionOf(bucket, plain, body, kind, stampOf(stampMs, age, '00000000'));
    tally.version(bucket.id, row, 1);
    writes.push(versions.put(bucket.id, key, row));
    if (kind === 'object') writes.push(inlineBytes.put(bucket.id, key, row.stamp, 0, body.sealed));
    if (age === kinds.length - 1) writes.push(listing.put(bucket.id, key, listingRowOf(row)));
  }
  return writes;
}

function versionOf(
  bucket: BucketRow,
  plain: Buffer,
  body: SealedBody,
  kind: VersionRow['kind'],
  stamp: string,
): VersionRow {
  const base = {
    versionId: makeVersionId(stamp, systemRandom),
    stamp,
    nullVersion: bucket.versioning !== 'Enabled',
    owner: bucket.owner,
    replica: false,
  };
  if (kind === 'delete-marker') return { kind, ...base };
  return {
    kind,
    ...base,
    size: plain.length,
    etag: hash('md5', plain),
    metadata: {},
    system: { contentType: 'application/octet-stream' },
    storageClass: 'STANDARD',
    checksum: {
      algorithm: 'CRC64NVME',
      value: checksumOf('CRC64NVME', plain).toString('base64'),
      type: 'FULL_OBJECT',
    },
    encryption: 'AES256',
    bytes: [{ kind: 'inline', size: plain.length, key: body.key }],
  };
}
