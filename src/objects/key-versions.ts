import type { Bucket } from '../buckets/bucket.ts';
import { reachedEnd } from '../store/kv/bounded-range.ts';
import { keyAfter } from '../store/kv/tuple.ts';
import type { OrderStamp } from '../store/tables/order-stamp.ts';
import type { VersionRow } from '../store/tables/rows.ts';
import { versions } from '../store/tables/versions.ts';
import { ROWS_READ_BYTES_MAX } from './limits.ts';

const ROWS_READ_MAX = 100;

/** The newest version of a key, leaving out one. */
export async function newestOtherThan(
  bucket: Bucket,
  key: string,
  stamp: OrderStamp,
): Promise<VersionRow | undefined> {
  const rows = await bucket.region.store.range({ ...versions.range(bucket.row.id, key), limit: 2 });
  return rows.map((row) => versions.decode(row)).find((row) => row.stamp !== stamp);
}

/** The newest null version older than `stamp`. */
export async function newestNullBelow(
  bucket: Bucket,
  key: string,
  stamp: OrderStamp,
): Promise<VersionRow | undefined> {
  for await (const row of versionsOf(bucket, key)) {
    if (row.nullVersion && row.stamp < stamp) return row;
  }
  return undefined;
}

/** Every version of a key, newest first, in pages. */
export async function* versionsOf(bucket: Bucket, key: string): AsyncIterable<VersionRow> {
  const { start: first, end } = versions.range(bucket.row.id, key);
  let start: Buffer = first;
  for (;;) {
    const range = { start, end, limit: ROWS_READ_MAX, bytesMax: ROWS_READ_BYTES_MAX };
    const rows = await bucket.region.store.range(range);
    for (const row of rows) yield versions.decode(row);
    const last = rows.at(-1);
    if (last === undefined || reachedEnd(rows, range)) return;
    start = keyAfter(last.key);
  }
}
