import type { Bucket } from '../buckets/bucket.ts';
import type { OrderStamp } from '../store/tables/order-stamp.ts';
import type { DeliveryRow, FacetsRow, VersionRow } from '../store/tables/rows.ts';
import type { ObjectsContext } from './context.ts';
import { readVersion } from './lookup.ts';

export interface StoredVersion {
  readonly row: VersionRow;
  readonly facets: FacetsRow;
  /** Destination bucket name to where this version stands there. */
  readonly deliveries: ReadonlyMap<string, DeliveryRow>;
}

/** One version by its place, whatever it is, or undefined when it is gone: what a replication worker starts from. */
export async function findVersion(
  _context: ObjectsContext,
  bucket: Bucket,
  key: string,
  stamp: OrderStamp,
): Promise<StoredVersion | undefined> {
  const found = await readVersion(bucket, key, stamp);
  if (found === undefined) return undefined;
  const { row, facets, deliveries } = found;
  return {
    row,
    facets,
    deliveries: new Map([...deliveries].map(([name, delivery]) => [name, delivery.row])),
  };
}
