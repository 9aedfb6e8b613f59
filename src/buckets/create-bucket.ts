import {
  bucketAlreadyExists,
  bucketAlreadyOwnedByYou,
  invalidBucketName,
  operationAborted,
} from '../errors/s3.ts';
import { ABSENT } from '../store/kv/key-value-store.ts';
import { bucketNames } from '../store/tables/bucket-names.ts';
import type { BucketRow } from '../store/tables/bucket-row.ts';
import { buckets as bucketRows } from '../store/tables/buckets.ts';
import type { Bucket } from './bucket.ts';
import { isBucketName } from './bucket-name.ts';
import type { Buckets, Claim } from './buckets.ts';
import { CLAIM_AGE_MS_MAX, UPDATE_ATTEMPTS_MAX } from './limits.ts';
import type { Region } from './region.ts';

export interface CreateBucketOptions {
  readonly name: string;
  /** Must be one of the site's. */
  readonly region: string;
  /** Account id. */
  readonly owner: string;
  readonly tags?: BucketRow['tags'];
  readonly ownershipControls?: string;
}

const BUCKET_ID_BYTES = 12;
const REGION_FORGIVING = 'us-east-1';

/** What AWS gives every new bucket since April 2023. */
const DEFAULTS: Pick<
  BucketRow,
  'versioning' | 'replicationSeen' | 'ownershipControls' | 'publicAccessBlock'
> = {
  versioning: 'unversioned',
  replicationSeen: false,
  ownershipControls: 'BucketOwnerEnforced',
  publicAccessBlock: {
    blockPublicAcls: true,
    ignorePublicAcls: true,
    blockPublicPolicy: true,
    restrictPublicBuckets: true,
  },
};

/** Claims the name, then writes the record; every step can be repeated after a crash. */
export async function createBucket(buckets: Buckets, options: CreateBucketOptions): Promise<Bucket> {
  const { name } = options;
  if (!isBucketName(name)) throw invalidBucketName(name);
  const region = buckets.site.regions.get(options.region);
  if (region === undefined) throw new RangeError(`this site does not serve the region ${options.region}`);
  for (let attempt = 0; attempt < UPDATE_ATTEMPTS_MAX; attempt += 1) {
    const existing = await buckets.read(name);
    if (existing !== undefined) return ownedAlready(existing, options);
    const claim = await buckets.claim(name);
    const id = await completableId(buckets, region, claim, options);
    if (id === undefined) {
      await takeOver(buckets, claim, options);
      continue;
    }
    if (!(await writeRecord(buckets, region, newRow(buckets, id, options)))) continue;
    const created = await buckets.read(name);
    if (created?.row.id === id) return created;
  }
  throw operationAborted();
}

/** The id of a claim that is the caller's to complete; undefined where a new claim is needed. */
async function completableId(
  buckets: Buckets,
  region: Region,
  claim: Claim | undefined,
  options: CreateBucketOptions,
): Promise<string | undefined> {
  if (claim === undefined) return undefined;
  const { owner, region: claimedRegion, bucketId, claimedAtMs } = claim.row;
  if (owner !== options.owner) {
    // Its creator is at work, or crashed.
    if (buckets.site.clock.now() - claimedAtMs <= CLAIM_AGE_MS_MAX) throw operationAborted();
    return undefined;
  }
  if (claimedRegion !== region.name) return undefined;
  const [stored] = await region.store.get([bucketRows.key(options.name)]);
  const record = stored === undefined ? undefined : bucketRows.decode(stored);
  return record?.id === bucketId && record.buried === true ? undefined : bucketId;
}

/** Claims the name anew; the loop of the caller sees who won. */
async function takeOver(
  buckets: Buckets,
  claim: Claim | undefined,
  options: CreateBucketOptions,
): Promise<void> {
  const { name, region, owner } = options;
  if (claim !== undefined && !(await buryClaimed(buckets, claim, name))) return;
  const { site } = buckets;
  const bucketId = site.random.bytes(BUCKET_ID_BYTES).toString('hex');
  await site.global.commit({
    checks: [bucketNames.check(claim?.version ?? ABSENT, name)],
    writes: [bucketNames.put({ region, owner, bucketId, claimedAtMs: site.clock.now() }, name)],
  });
}

/** False when the claimed bucket came to life meanwhile. */
async function buryClaimed(buckets: Buckets, claim: Claim, name: string): Promise<boolean> {
  const { region: regionName, owner, bucketId } = claim.row;
  const region = buckets.site.regions.get(regionName);
  // A region that this site no longer serves has nobody who could complete the claim.
  if (region === undefined) return true;
  const [stored] = await region.store.get([bucketRows.key(name)]);
  const record = stored === undefined ? undefined : bucketRows.decode(stored);
  if (record?.id === bucketId) return record.buried === true;
  const row = newRow(buckets, bucketId, { name, region: regionName, owner });
  const result = await region.store.commit({
    checks: [bucketRows.check(stored?.version ?? ABSENT, name)],
    writes: [bucketRows.put({ ...row, buried: true }, name)],
  });
  return result.outcome === 'committed';
}

/** AWS answers the owner's repetition with success in us-east-1 only, and only where it says nothing new. */
function ownedAlready(existing: Bucket, options: CreateBucketOptions): Bucket {
  if (existing.row.owner !== options.owner) throw bucketAlreadyExists(options.name);
  const forgiven =
    options.region === REGION_FORGIVING &&
    existing.row.region === REGION_FORGIVING &&
    (options.tags === undefined || options.tags.length === 0);
  if (!forgiven) throw bucketAlreadyOwnedByYou(options.name);
  return existing;
}

function newRow(buckets: Buckets, id: string, options: CreateBucketOptions): BucketRow {
  const { name, owner, region, tags, ownershipControls } = options;
  return {
    ...DEFAULTS,
    id,
    name,
    owner,
    region,
    createdAtMs: buckets.site.clock.now(),
    ...(tags === undefined || tags.length === 0 ? {} : { tags }),
    ...(ownershipControls === undefined ? {} : { ownershipControls }),
  };
}

/** Where this id is buried or live, nothing is written. Another one is left over, unless the claim has changed hands. */
async function writeRecord(buckets: Buckets, region: Region, row: BucketRow): Promise<boolean> {
  const [stored] = await region.store.get([bucketRows.key(row.name)]);
  const record = stored === undefined ? undefined : bucketRows.decode(stored);
  if (record?.id === row.id) return false;
  if (record !== undefined && record.buried !== true) {
    const claim = await buckets.claim(row.name);
    if (claim?.row.bucketId !== row.id) return false;
  }
  const result = await region.store.commit({
    checks: [bucketRows.check(stored?.version ?? ABSENT, row.name)],
    writes: [bucketRows.put(row, row.name)],
  });
  return result.outcome !== 'conflict';
}
