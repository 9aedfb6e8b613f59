import type { Bucket } from '../buckets/bucket.ts';
import type { OrderStamp } from '../store/tables/order-stamp.ts';
import type { DeliveryRow, FacetsRow, VersionRow } from '../store/tables/rows.ts';
import type { ObjectsContext } from './context.ts';

export interface StoredVersion {
  readonly row: VersionRow;
  readonly facets: FacetsRow;
  /** Destination bucket name to where this version stands there. */
  readonly deliveries: ReadonlyMap<string, DeliveryRow>;
}

/** One version by its place, whatever it is, or undefined when it is gone: what a replication worker starts from. */
export async function findVersion(
  context: ObjectsContext,
  bucket: Bucket,
  key: string,
  stamp: OrderStamp,
): Promise<StoredVersion | undefined> {
  throw new Error(`not built ${context.site.siteId} ${bucket.row.name} ${key} ${stamp}`);
}
