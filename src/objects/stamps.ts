import type { BucketRow } from '../store/tables/bucket-row.ts';
import { nextStamp, type OrderStamp, stampMilliseconds, stampOf } from '../store/tables/order-stamp.ts';

/** The last four bytes of every stamp made in a bucket: site and bucket mixed, so that two buckets of one site that
 * replicate into each other never give two versions of one key the same place. It also names the source of a null
 * version (DESIGN decision 9). */
export function originOf(siteId: string, bucket: Pick<BucketRow, 'id'>): string {
  const mixed = (Number.parseInt(siteId, 16) ^ Number.parseInt(bucket.id.slice(0, 8), 16)) >>> 0;
  return mixed.toString(16).padStart(8, '0');
}

/** How far apart the stamps of a key lie whose newest is ahead of our clock. */
const AHEAD_STEPS = 1024;

/** Stamps of one thread only grow, so that a key whose newest version was removed within the same millisecond does not
 * give its place to another. A key that holds a replica from a clock ahead of ours goes on from there alone: it must
 * not lift the times of all others. */
export class StampSource {
  #last: OrderStamp | undefined;
  #steps = 0;

  next(nowMs: number, origin: string, newestOfKey: OrderStamp | undefined): OrderStamp {
    const last = this.#last;
    const ourMs = last === undefined ? nowMs : Math.max(nowMs, stampMilliseconds(last));
    if (newestOfKey !== undefined && stampMilliseconds(newestOfKey) > ourMs) {
      this.#steps = (this.#steps + 1) % AHEAD_STEPS;
      return stampOf(stampMilliseconds(newestOfKey) + 1, this.#steps, origin);
    }
    const floor =
      last === undefined || (newestOfKey !== undefined && newestOfKey > last) ? newestOfKey : last;
    const stamp = nextStamp(nowMs, origin, floor);
    this.#last = stamp;
    return stamp;
  }
}

/** Which bucket of which site made the stamp. */
export function originOfStamp(stamp: OrderStamp): string {
  return stamp.slice(-ORIGIN_DIGITS);
}

const ORIGIN_DIGITS = 8;
