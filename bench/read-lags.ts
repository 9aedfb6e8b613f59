import { join } from 'node:path';
import type { KeyValueStore } from '../src/store/kv/key-value-store.ts';
import { openStore } from '../src/store/kv/open.ts';
import { keyAfter } from '../src/store/kv/tuple.ts';
import { buckets } from '../src/store/tables/buckets.ts';
import { deliveries } from '../src/store/tables/deliveries.ts';
import { stampMilliseconds } from '../src/store/tables/order-stamp.ts';

/** From when a version was committed until its source said COMPLETED, of every version of a bucket. */
export interface Lag {
  readonly versions: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly longestMs: number;
}

const ROWS_READ_MAX = 1000;

/** Reads the lags from the store of a server that is stopped: asking for the status of each object while it runs would be
 * a load of its own. */
export async function readLags(data: string, region: string, sources: readonly string[]): Promise<Lag[]> {
  const store = await openStore({ directory: join(data, 'regions', region, 'store') });
  try {
    const lags: Lag[] = [];
    for (const source of sources) lags.push(await lagOf(store, source));
    return lags;
  } finally {
    await store.close();
  }
}

async function lagOf(store: KeyValueStore, source: string): Promise<Lag> {
  const [found] = await store.get([buckets.key(source)]);
  if (found === undefined) throw new Error(`there is no bucket ${source}`);
  const times: number[] = [];
  let { start, end } = deliveries.bucketRange(buckets.decode(found).id);
  for (;;) {
    const rows = await store.range({ start, end, limit: ROWS_READ_MAX });
    for (const row of rows) {
      const { status, changedAtMs, changeStamp } = deliveries.decode(row);
      if (status !== 'COMPLETED') throw new Error(`a version of ${source} is ${status}`);
      times.push(changedAtMs - stampMilliseconds(changeStamp));
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < ROWS_READ_MAX) break;
    start = keyAfter(last.key);
  }
  const sorted = times.toSorted((one, other) => one - other);
  const quantile = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
  return {
    versions: times.length,
    medianMs: quantile(0.5),
    p99Ms: quantile(0.99),
    longestMs: quantile(1),
  };
}
