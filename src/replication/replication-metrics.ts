import type { Clock } from '../lib/clock.ts';
import type { MetricsRegistry } from '../metrics/registry.ts';
import type { Claim } from './worker/claim.ts';
import type { Outcome } from './worker/outcome.ts';

/** From at rest (well under a second) to what AWS promises with Replication Time Control (15 minutes). */
const LAG_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 900];

/** Counts what workers do; hand the result to each as `onOutcome`. No bucket or rule is a label: their numbers come
 * from the store's counters, by statusReport. */
export function replicationMetrics(
  registry: MetricsRegistry,
  clock: Clock,
): (claim: Claim, outcome: Outcome) => void {
  const attempts = registry.counter(
    'holdfast_replication_attempts_total',
    'Attempts to deliver a change, by kind of change and outcome.',
  );
  const failures = registry.counter(
    'holdfast_replication_failures_total',
    "Changes that failed for good, by AWS's failure code.",
  );
  const bytes = registry.counter('holdfast_replication_bytes_total', 'Object bytes delivered.');
  const lag = registry.histogram(
    'holdfast_replication_lag_seconds',
    'From the write at the source to its arrival at the destination.',
    LAG_SECONDS,
  );
  // Looked up by two labels, a counter costs as much as all else here.
  const attemptsOf = new Map<string, ReturnType<typeof attempts.of>>();
  return ({ intent }, outcome) => {
    const name = `${intent.kind} ${outcome.kind}`;
    let counted = attemptsOf.get(name);
    if (counted === undefined) {
      counted = attempts.of({ kind: intent.kind, outcome: outcome.kind });
      attemptsOf.set(name, counted);
    }
    counted.add();
    if (outcome.kind === 'failed') failures.add({ code: outcome.code });
    if (outcome.kind !== 'delivered') return;
    bytes.add({}, intent.size);
    // What a job delivers was written long before it.
    if (intent.class === 'batch') return;
    lag.observe({}, Math.max(0, clock.now() - intent.createdAtMs) / 1000);
  };
}
