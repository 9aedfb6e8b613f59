import { conditionalRequestConflict, noSuchKey, preconditionFailed } from '../errors/s3.ts';
import type { OrderStamp } from '../store/tables/order-stamp.ts';
import type { ListingRow } from '../store/tables/rows.ts';

/** Conditions on what a write replaces. Forms that AWS refuses with 501 are refused before (services/s3). */
export interface WriteConditions {
  /** An ETag, with or without quotes; `*` only where the operation takes it (DeleteObject). */
  readonly ifMatch?: string;
  readonly ifNoneMatch?: '*';
}

/** A latest version that is a delete marker counts as absent.
 * @param begunAt of a multipart upload: a change of the key since then is a conflict that only a new upload resolves.
 * @throws AwsError PreconditionFailed, NoSuchKey, ConditionalRequestConflict */
export function checkWriteConditions(
  conditions: WriteConditions | undefined,
  key: string,
  newest: ListingRow | undefined,
  begunAt?: OrderStamp,
): void {
  if (conditions === undefined) return;
  const { ifMatch, ifNoneMatch } = conditions;
  const present = newest !== undefined && !newest.deleteMarker;
  const changed = begunAt !== undefined && newest !== undefined && newest.stamp > begunAt;
  if (ifMatch !== undefined) {
    if (!present) throw noSuchKey(key);
    if (!entityTagMatches(ifMatch, newest.etag)) throw preconditionFailed('If-Match');
    if (changed) throw conditionalRequestConflict('If-Match', key);
  }
  if (ifNoneMatch !== undefined) {
    if (present) throw preconditionFailed('If-None-Match');
    if (changed) throw conditionalRequestConflict('If-None-Match', key);
  }
}

function entityTagMatches(asked: string, etag: string): boolean {
  return asked === '*' || asked.replaceAll('"', '') === etag;
}
