import type { KeyedRow, KeyValueStore } from '../store/kv/key-value-store.ts';
import { decodeKey, encodeKey, keyAfter, prefixRange } from '../store/kv/tuple.ts';
import { counters } from '../store/tables/counters.ts';
import { PENDING_TABLES, parkedIntents } from '../store/tables/intents.ts';
import { TABLES } from '../store/tables/table-numbers.ts';
import { versions } from '../store/tables/versions.ts';

const PAGE_ROWS = 1000;

/** A counter that is not what it counts. */
export interface CounterDifference {
  /** As `pendingCount(bucket id, rule, destination, live)`. */
  readonly counter: string;
  readonly stored: number;
  readonly counted: number;
}

const RECOUNTED = ['bucketVersions', 'bucketBytes', 'pendingCount', 'pendingBytes', 'failedCount'] as const;

/** Recounts every row of a region's store against its counters. Reads everything, page by page: meant for a store at
 * rest, where the answer is exact (invariant I7); under load, what changes meanwhile shows as a difference. Sums of
 * what once happened (replicatedCount) have no rows to be held against. */
export async function verifyCounters(store: KeyValueStore): Promise<CounterDifference[]> {
  const counted = new Map<string, number>();
  const add = (key: Buffer, delta: number): void => {
    const name = key.toString('latin1');
    counted.set(name, (counted.get(name) ?? 0) + delta);
  };
  for await (const row of pages(store, prefixRange(encodeKey(TABLES.versions)))) {
    const bucketId = String(decodeKey(row.key)[1]);
    const version = versions.decode(row);
    add(counters.bucketVersions(bucketId), 1);
    if (version.kind === 'object') add(counters.bucketBytes(bucketId), version.size);
  }
  for (const table of PENDING_TABLES) {
    for await (const row of pages(store, table.range())) {
      const { sourceBucketId, rule, size, class: kind } = table.decode(row);
      const labels = [sourceBucketId, rule.ruleId, rule.destination, kind] as const;
      add(counters.pendingCount(...labels), 1);
      add(counters.pendingBytes(...labels), size);
    }
  }
  for await (const row of pages(store, parkedIntents.range())) {
    const { sourceBucketId, rule, failureCode } = parkedIntents.decode(row);
    add(counters.failedCount(sourceBucketId, rule.ruleId, rule.destination, failureCode ?? ''), 1);
  }
  return differences(store, counted);
}

async function differences(
  store: KeyValueStore,
  counted: ReadonlyMap<string, number>,
): Promise<CounterDifference[]> {
  const stored = new Map<string, number>();
  for (const name of RECOUNTED) {
    for (const { key, value } of await store.counterRange(counters.range(name))) {
      stored.set(key.toString('latin1'), value);
    }
  }
  const found: CounterDifference[] = [];
  for (const name of new Set([...stored.keys(), ...counted.keys()])) {
    const inRows = counted.get(name) ?? 0;
    const inCounter = stored.get(name) ?? 0;
    if (inRows === inCounter) continue;
    const { name: counter, labels } = counters.labelsOf(Buffer.from(name, 'latin1'));
    found.push({ counter: `${counter}(${labels.join(', ')})`, stored: inCounter, counted: inRows });
  }
  return found;
}

async function* pages(store: KeyValueStore, range: { start: Buffer; end: Buffer }): AsyncGenerator<KeyedRow> {
  let { start } = range;
  for (;;) {
    const rows = await store.range({ start, end: range.end, limit: PAGE_ROWS });
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE_ROWS) return;
    start = keyAfter(last.key);
  }
}
