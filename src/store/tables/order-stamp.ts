/** When a change happened, for every site alike (DESIGN decision 9): a hybrid logical clock of milliseconds
 * (6 bytes), counter (2) and site (4), written as 24 hex digits so that string order is time order. */
export type OrderStamp = string;

export const ORDER_STAMP_BYTES = 12;
const MILLISECONDS_HEX = 12;
const COUNTER_HEX = 4;
const COUNTER_MAX = 0xffff;

export function stampMilliseconds(stamp: OrderStamp): number {
  return Number.parseInt(stamp.slice(0, MILLISECONDS_HEX), 16);
}

/** The stamp of a change made now that must come after `previous` (the newest of the same key, if any). */
export function nextStamp(nowMs: number, siteId: string, previous: OrderStamp | undefined): OrderStamp {
  if (previous === undefined || stampMilliseconds(previous) < nowMs) return stampOf(nowMs, 0, siteId);
  const ms = stampMilliseconds(previous);
  const counter = Number.parseInt(previous.slice(MILLISECONDS_HEX, MILLISECONDS_HEX + COUNTER_HEX), 16);
  return counter === COUNTER_MAX ? stampOf(ms + 1, 0, siteId) : stampOf(ms, counter + 1, siteId);
}

export function stampOf(ms: number, counter: number, siteId: string): OrderStamp {
  return (
    ms.toString(16).padStart(MILLISECONDS_HEX, '0') + counter.toString(16).padStart(COUNTER_HEX, '0') + siteId
  );
}
