import type { Bucket } from '../buckets/bucket.ts';
import type { FacetsRow, VersionRow } from '../store/tables/rows.ts';
import type { ObjectsContext } from './context.ts';

/** A version as it stands at its source. */
export interface Replica {
  readonly key: string;
  /** The source's row; its locators and `replica` are ignored. */
  readonly version: VersionRow;
  readonly facets: FacetsRow;
  /** The whole plaintext in order; asked at most once, only when the bytes are needed. Absent for a marker. */
  readonly openBytes?: () => AsyncIterable<Buffer>;
  /** Owner override: the destination's account. */
  readonly owner?: string;
  readonly storageClass?: string;
}

export type ApplyOutcome =
  /** The version is here now, with these bytes and at least these facets. */
  | { readonly outcome: 'applied' | 'already-there' }
  /** A newer null of the same source is here: this one has nothing left to say. */
  | { readonly outcome: 'superseded' }
  /** It was removed here by its id and must not come back. */
  | { readonly outcome: 'hard-deleted' }
  /** Versioning is not Enabled here. */
  | { readonly outcome: 'bucket-unversioned' }
  /** Retry: the source's clock, or ours, is more than 15 minutes off. */
  | { readonly outcome: 'clock-skew'; readonly aheadMs: number }
  /** A version with this id or place has other bytes. */
  | { readonly outcome: 'refused' };

/** Idempotent and commutative (DESIGN decision 9): any order and repetition gives the same bucket.
 * @throws AwsError NoSuchBucket; Error when the bytes are not those that the version names (retry) */
export async function applyReplica(
  context: ObjectsContext,
  bucket: Bucket,
  replica: Replica,
): Promise<ApplyOutcome> {
  throw new Error(`not built ${context.site.siteId} ${bucket.row.name} ${replica.key}`);
}
