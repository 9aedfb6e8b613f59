import { BoundedMap } from '../../lib/bounded-map.ts';
import { type CounterKey, counters } from '../../store/tables/counters.ts';
import type { IntentRow } from '../../store/tables/rows.ts';

/** What counts the pending and the replicated of a rule and destination. */
export interface IntentCounters {
  readonly pendingCount: CounterKey;
  readonly pendingBytes: CounterKey;
  readonly replicatedCount: CounterKey;
  readonly replicatedBytes: CounterKey;
}

/** Rules and destinations in use at once; of one that was forgotten the keys are made anew. */
const KNOWN_MAX = 1024;
const known = new BoundedMap<IntentCounters>(KNOWN_MAX);

/** Nearly every intent is counted under the same four keys as the one before it. */
export function countersOf({ sourceBucketId, rule, class: kind }: IntentRow): IntentCounters {
  // Neither ids nor names of buckets hold a slash.
  const name = `${sourceBucketId}/${rule.destination}/${kind}/${rule.ruleId}`;
  const found = known.get(name);
  if (found !== undefined) return found;
  const labels = [sourceBucketId, rule.ruleId, rule.destination, kind] as const;
  const made: IntentCounters = {
    pendingCount: counters.pendingCount(...labels),
    pendingBytes: counters.pendingBytes(...labels),
    replicatedCount: counters.replicatedCount(...labels),
    replicatedBytes: counters.replicatedBytes(...labels),
  };
  known.set(name, made);
  return made;
}
