import {
  bucketAlreadyExists,
  bucketAlreadyOwnedByYou,
  invalidBucketName,
  operationAborted,
} from '../errors/s3.ts';
import { ABSENT } from '../store/kv/key-value-store.ts';
import type { BucketRow } from '../store/tables/bucket-row.ts';
import { bucketNames } from '../store/tables/bucket-names.ts';
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
    const claim = await buckets.claim(name);
    const existing = claim === undefined ? undefined : await buckets.read(name);
    if (existing !== undefined) return ownedAlready(existing, options);
    if (claim !== undefined) refuseForeignClaim(buckets, claim, options);
    const id = buckets.site.random.bytes(BUCKET_ID_BYTES).toString('hex');
    const claimed = await writeClaim(buckets, claim, id, options);
    if (!claimed) continue;
    await writeRecord(buckets, region, newRow(buckets, id, options));
    const created = await buckets.read(name);
    // Somebody may have taken the claim over since; then the next attempt sees whose it is.
    if (created?.row.id === id) return created;
  }
  throw operationAborted();
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

/** A claim without a record: its creator is at work, or crashed. */
function refuseForeignClaim(buckets: Buckets, claim: Claim, options: CreateBucketOptions): void {
  if (claim.row.owner === options.owner) return;
  if (buckets.site.clock.now() - claim.row.claimedAtMs <= CLAIM_AGE_MS_MAX) throw operationAborted();
}

async function writeClaim(
  buckets: Buckets,
  replaced: Claim | undefined,
  bucketId: string,
  options: CreateBucketOptions,
): Promise<boolean> {
  const { name, region, owner } = options;
  const claimedAtMs = buckets.site.clock.now();
  const result = await buckets.site.global.commit({
    checks: [bucketNames.check(replaced?.version ?? ABSENT, name)],
    writes: [bucketNames.put({ region, owner, bucketId, claimedAtMs }, name)],
  });
  if (result.outcome !== 'unknown') return result.outcome === 'committed';
  const claim = await buckets.claim(name);
  return claim?.row.bucketId === bucketId;
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

/** What stands under this name without its claim is left over from a creation that lost it: it is replaced. */
async function writeRecord(buckets: Buckets, region: Region, row: BucketRow): Promise<void> {
  const [leftover] = await region.store.get([bucketRows.key(row.name)]);
  const claim = await buckets.claim(row.name);
  if (claim?.row.bucketId !== row.id) return;
  await region.store.commit({
    checks: [bucketRows.check(leftover?.version ?? ABSENT, row.name)],
    writes: [bucketRows.put(row, row.name)],
  });
}
