import type { Clock } from '../lib/clock.ts';
import type { StatusReport } from './status-report.ts';

/** A rate over less than this says more about chance than about speed. */
const WINDOW_MS_MIN = 500;
const WINDOW_MS_MAX = 30_000;

/** Objects a second for each rule, from how far its counter moved between reports. Whoever watches asks often; the
 * first report has nothing to compare with. */
export class ReplicationRates {
  readonly #clock: Clock;
  #samples: { readonly atMs: number; readonly counts: ReadonlyMap<string, number> }[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** By `<bucket> <rule id> <destination>`; rules without an earlier report are absent. */
  note(report: StatusReport): Map<string, number> {
    const atMs = this.#clock.now();
    const counts = new Map<string, number>();
    for (const { bucket, rules } of report.buckets) {
      for (const rule of rules)
        counts.set(`${bucket} ${rule.ruleId} ${rule.destination}`, rule.replicatedCount);
    }
    this.#samples = this.#samples.filter(
      (sample) => sample.atMs <= atMs && atMs - sample.atMs <= WINDOW_MS_MAX,
    );
    const before = this.#samples.find((sample) => atMs - sample.atMs >= WINDOW_MS_MIN);
    this.#samples.push({ atMs, counts });
    const rates = new Map<string, number>();
    for (const [name, count] of counts) {
      const earlier = before?.counts.get(name);
      if (before === undefined || earlier === undefined) continue;
      rates.set(name, (Math.max(0, count - earlier) * 1000) / (atMs - before.atMs));
    }
    return rates;
  }
}
