import type { KeyValueStore } from '../store/kv/key-value-store.ts';
import { INTENT_SHARDS, intents } from '../store/tables/intents.ts';

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
      const rows = await store.range({ ...intents.shardRange(destination, shard), limit: ROWS_MAX });
      for (const row of rows) {
        const { sourceBucketId, rule, createdAtMs } = intents.decode(row);
        if (sourceBucketId !== bucketId) continue;
        const name = `${destination} ${rule.ruleId}`;
        oldest.set(name, Math.min(oldest.get(name) ?? Number.POSITIVE_INFINITY, createdAtMs));
      }
    }
  }
  return oldest;
}
