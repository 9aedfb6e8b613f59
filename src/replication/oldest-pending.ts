import type { KeyValueStore } from '../store/kv/key-value-store.ts';
import { INTENT_SHARDS, PENDING_TABLES } from '../store/tables/intents.ts';
import type { IntentRow } from '../store/tables/rows.ts';

/** Rows looked at in each shard: a destination is rarely shared by more than a few buckets and rules. */
const ROWS_MAX = 16;

/** When the oldest pending write towards each destination and rule was accepted, by `<destination> <rule id>`, in
 * milliseconds since the epoch. Intents lie in the order of their versions in each shard, so their first rows tell. */
export async function oldestPending(
  store: KeyValueStore,
  bucketId: string,
  destinations: ReadonlySet<string>,
): Promise<Map<string, number>> {
  const oldest = new Map<string, number>();
  for (const destination of destinations) {
    for (let shard = 0; shard < INTENT_SHARDS; shard += 1) {
      for (const { sourceBucketId, rule, createdAtMs } of await firstOf(store, destination, shard)) {
        if (sourceBucketId !== bucketId) continue;
        const name = `${destination} ${rule.ruleId}`;
        oldest.set(name, Math.min(oldest.get(name) ?? Number.POSITIVE_INFINITY, createdAtMs));
      }
    }
  }
  return oldest;
}

/** The live ones and those of batch jobs, of which there are few at a time. */
async function firstOf(store: KeyValueStore, destination: string, shard: number): Promise<IntentRow[]> {
  const pages = await Promise.all(
    PENDING_TABLES.map(async (table) => {
      const rows = await store.range({ ...table.shardRange(destination, shard), limit: ROWS_MAX });
      return rows.map((row) => table.decode(row));
    }),
  );
  return pages.flat();
}
