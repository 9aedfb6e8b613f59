import { noSuchBucket, operationAborted } from '../errors/s3.ts';
import type { RowVersion } from '../store/kv/key-value-store.ts';
import { type BucketNameRow, bucketNames } from '../store/tables/bucket-names.ts';
import type { BucketRow } from '../store/tables/bucket-row.ts';
import { buckets as bucketRows } from '../store/tables/buckets.ts';
import type { Bucket } from './bucket.ts';
import { type CreateBucketOptions, createBucket } from './create-bucket.ts';
import { type BucketDeletion, deleteBucket } from './delete-bucket.ts';
import { BUCKETS_CACHED_MAX, UPDATE_ATTEMPTS_MAX } from './limits.ts';
import { type BucketsPage, type ListBucketsOptions, listBuckets } from './list-buckets.ts';
import type { Site } from './region.ts';

export interface Claim {
  readonly row: BucketNameRow;
  readonly version: RowVersion;
}

interface Cached {
  readonly bucket: Bucket;
  readonly globalEpoch: number;
  readonly regionEpoch: number;
}

/** Bucket records.
 *
 * A bucket is two rows: the claim of its name in the global store, and its record in the store of its region.
 * Invariants
 * States of an id: claimed → live (its record stands) → buried → forgotten; or claimed → buried.
 * - The claim comes first and goes last. A record counts only while it is live and the claim of its name carries its id.
 * - A claim without a record is no bucket. A CreateBucket of the same owner and region completes it, so that many at
 *   once make one bucket; anyone's takes it over after CLAIM_AGE_MS_MAX. So a crash leaves nothing that blocks.
 * - Before a claim is taken over, its id is buried in the store of its region: a creator that comes late finds the place
 *   of its record taken. A deleted bucket is buried, too, so that nothing brings its id back.
 * - A cached record is used only while the configuration epochs of both stores stand where they stood before it was
 *   read. Even a stale one does no harm: every commit checks the record's version. */
export class Buckets {
  readonly site: Site;
  readonly #cache = new Map<string, Cached>();

  constructor(site: Site) {
    this.site = site;
  }

  async find(name: string): Promise<Bucket | undefined> {
    const cached = this.#cache.get(name);
    if (
      cached !== undefined &&
      cached.globalEpoch === this.site.global.configurationEpoch() &&
      cached.regionEpoch === cached.bucket.region.store.configurationEpoch()
    ) {
      return cached.bucket;
    }
    return this.read(name);
  }

  /** @throws AwsError NoSuchBucket */
  async require(name: string): Promise<Bucket> {
    const bucket = await this.find(name);
    if (bucket === undefined) throw noSuchBucket(name);
    return bucket;
  }

  /** The same bucket as it is now.
   * @throws AwsError NoSuchBucket when it was deleted, also when another took its name since */
  async refresh(bucket: Bucket): Promise<Bucket> {
    const now = await this.read(bucket.row.name);
    if (now === undefined || now.row.id !== bucket.row.id) throw noSuchBucket(bucket.row.name);
    return now;
  }

  /** @throws AwsError InvalidBucketName, BucketAlreadyExists, BucketAlreadyOwnedByYou, OperationAborted */
  create(options: CreateBucketOptions): Promise<Bucket> {
    return createBucket(this, options);
  }

  /** @throws AwsError BucketNotEmpty, NoSuchBucket, OperationAborted */
  delete(bucket: Bucket): Promise<BucketDeletion> {
    return deleteBucket(this, bucket);
  }

  /** In the order of names. */
  list(options: ListBucketsOptions): Promise<BucketsPage> {
    return listBuckets(this.site, options);
  }

  /** Reads, changes and writes the record in one checked commit; `change` is pure and may run more than once.
   * @throws AwsError NoSuchBucket, OperationAborted, and what `change` throws */
  async update(bucket: Bucket, change: (row: BucketRow) => BucketRow): Promise<Bucket> {
    const { name, id } = bucket.row;
    for (let attempt = 0; attempt < UPDATE_ATTEMPTS_MAX; attempt += 1) {
      // Also at first: "nothing to change" must not be said of an old record.
      const current = await this.refresh(bucket);
      const row = change(current.row);
      if (row === current.row) return current;
      const { store } = current.region;
      const write = bucketRows.put({ ...row, id, name }, name);
      const result = await store.commit({
        checks: [bucketRows.check(current.version, name)],
        writes: [write],
      });
      if (result.outcome === 'committed') return { row, version: result.version, region: current.region };
      // After an unknown outcome the loop reads again: a change that took effect is made once more, which is harmless
      // because it is a function of the row.
    }
    throw operationAborted();
  }

  /** Past the cache, which it fills. */
  async read(name: string): Promise<Bucket | undefined> {
    // Taken before reading: a change in between makes the entry stale at once.
    const globalEpoch = this.site.global.configurationEpoch();
    const claim = await this.claim(name);
    const region = claim === undefined ? undefined : this.site.regions.get(claim.row.region);
    if (claim === undefined || region === undefined) {
      this.#cache.delete(name);
      return undefined;
    }
    const regionEpoch = region.store.configurationEpoch();
    const [stored] = await region.store.get([bucketRows.key(name)]);
    const row = stored === undefined ? undefined : bucketRows.decode(stored);
    if (stored === undefined || row === undefined || row.buried === true || row.id !== claim.row.bucketId) {
      this.#cache.delete(name);
      return undefined;
    }
    const bucket = { row, version: stored.version, region };
    if (this.#cache.size >= BUCKETS_CACHED_MAX) this.#cache.clear();
    this.#cache.set(name, { bucket, globalEpoch, regionEpoch });
    return bucket;
  }

  async claim(name: string): Promise<Claim | undefined> {
    const [stored] = await this.site.global.get([bucketNames.key(name)]);
    return stored === undefined ? undefined : { row: bucketNames.decode(stored), version: stored.version };
  }
}
