import type { Write } from '../store/kv/key-value-store.ts';
import { type CounterKey, counters } from '../store/tables/counters.ts';
import type { IntentRow, VersionRow } from '../store/tables/rows.ts';

/** Changes of counters that one commit makes: one `add` for each counter, none where they cancel out. */
export class Tally {
  readonly #deltas = new Map<string, { readonly counter: CounterKey; delta: number }>();

  add(counter: CounterKey, delta: number): void {
    const name = counter.toString('latin1');
    const entry = this.#deltas.get(name);
    if (entry === undefined) this.#deltas.set(name, { counter, delta });
    else entry.delta += delta;
  }

  /** `sign` 1: a version more; -1: one less. */
  version(bucketId: string, row: VersionRow, sign: 1 | -1): void {
    this.add(counters.bucketVersions(bucketId), sign);
    if (row.kind === 'object') this.add(counters.bucketBytes(bucketId), sign * row.size);
  }

  /** `sign` 1: an intent more; -1: one less. */
  pending(intent: IntentRow, sign: 1 | -1): void {
    const { ruleId, destination } = intent.rule;
    const labels = [intent.sourceBucketId, ruleId, destination, intent.class] as const;
    this.add(counters.pendingCount(...labels), sign);
    this.add(counters.pendingBytes(...labels), sign * intent.size);
  }

  /** A parked intent less. */
  unparked(intent: IntentRow): void {
    const { ruleId, destination } = intent.rule;
    this.add(counters.failedCount(intent.sourceBucketId, ruleId, destination, intent.failureCode ?? ''), -1);
  }

  writes(): Write[] {
    const writes: Write[] = [];
    for (const { counter, delta } of this.#deltas.values()) {
      if (delta !== 0) writes.push(counters.add(counter, delta));
    }
    return writes;
  }
}
