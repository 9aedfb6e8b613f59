import type { Bucket } from '../buckets/bucket.ts';
import { ABSENT, type Check, type RowVersion, type Write } from '../store/kv/key-value-store.ts';
import { claimedBlobs } from '../store/tables/claimed-blobs.ts';
import { facets } from '../store/tables/facets.ts';
import { garbage } from '../store/tables/garbage.ts';
import { inlineBytes } from '../store/tables/inline-bytes.ts';
import type { OrderStamp } from '../store/tables/order-stamp.ts';
import type { FacetsRow, VersionRow } from '../store/tables/rows.ts';
import { tombstones } from '../store/tables/tombstones.ts';
import { versions } from '../store/tables/versions.ts';
import type { ObjectsContext } from './context.ts';
import type { SealedInline } from './stored-body.ts';

/** The rows of a version that is new: itself, its facets and its inline bytes; not the listing. Blobs that it names
 * are claimed unless its parts did that before. */
export function versionWrites(
  bucket: Bucket,
  key: string,
  row: VersionRow,
  facetsRow: FacetsRow | undefined,
  inline: readonly SealedInline[],
  claims: boolean,
): Write[] {
  const { id } = bucket.row;
  const writes: Write[] = [versions.put(id, key, row)];
  if (facetsRow?.tags !== undefined) writes.push(facets.put(facetsRow, id, key, row.stamp));
  for (const { part, sealed } of inline) writes.push(inlineBytes.put(id, key, row.stamp, part, sealed));
  if (claims && row.kind === 'object') writes.push(...blobClaims(row.bytes));
  return writes;
}

export function blobClaims(bytes: readonly { readonly kind: string; readonly blob?: string }[]): Write[] {
  const writes: Write[] = [];
  for (const { blob } of bytes) if (blob !== undefined) writes.push(claimedBlobs.put({}, blob));
  return writes;
}

/** A commit that is the first to name a blob checks that its writer still lives: else the sweeper may take it. */
export function incarnationChecks(
  context: ObjectsContext,
  bucket: Bucket,
  bytes: readonly { readonly kind: string }[],
): Check[] {
  return bytes.some((locator) => locator.kind === 'file') ? [context.incarnation.check(bucket.region)] : [];
}

/** Holds while this very version is there. */
export function versionCheck(
  bucket: Bucket,
  key: string,
  row: Pick<VersionRow, 'stamp'>,
  version: RowVersion,
): Check {
  return { kind: 'version', key: versions.key(bucket.row.id, key, row.stamp), version };
}

/** An earlier attempt in doubt may have happened and been removed again: then its bytes are no longer ours. */
export function notGarbageChecks(row: VersionRow): Check[] {
  if (row.kind !== 'object') return [];
  const first = row.bytes.find((locator) => locator.kind === 'file');
  return first === undefined ? [] : [garbage.check(ABSENT, first.blob)];
}

/** That no version which travelled was ever removed from this place: stamps of one thread only grow, but another thread
 * may have put and removed one within this millisecond, or this is a restart with the clock set back. Tombstones exist
 * only where the bucket ever had to do with replication. */
export function freshPlaceChecks(bucket: Bucket, key: string, stamp: OrderStamp): Check[] {
  const { id, replicationSeen } = bucket.row;
  return replicationSeen ? [tombstones.check(ABSENT, id, key, stamp)] : [];
}
