import { styleText } from 'node:util';
import { duration, number } from '../quantities.ts';
import type { JobView } from './job-view.ts';

/** What the rate is measured over: long enough to be calm, short enough to follow. */
const WINDOW_MS = 10_000;
const BAR_WIDTH_MAX = 40;
// Beside the bar: counts, failures, rate, time left.
const NUMBERS_WIDTH = 52;
const BAR_WIDTH_MIN = 8;

/** Tasks a second, from what was seen lately. */
export class RateMeter {
  readonly #seen: { readonly atMs: number; readonly done: number }[] = [];

  note(atMs: number, done: number): void {
    this.#seen.push({ atMs, done });
    while ((this.#seen[1]?.atMs ?? atMs) <= atMs - WINDOW_MS) this.#seen.shift();
  }

  /** Undefined until something moved. */
  get perSecond(): number | undefined {
    const first = this.#seen[0];
    const last = this.#seen.at(-1);
    if (first === undefined || last === undefined || last.done <= first.done) return undefined;
    return ((last.done - first.done) / (last.atMs - first.atMs)) * 1000;
  }
}

/** As the console: rounded down, so that 100 means all. */
export function percentDone({ succeeded, failed, total }: JobView): number | undefined {
  if (total === undefined) return undefined;
  return total === 0 ? 100 : Math.floor((100 * (succeeded + failed)) / total);
}

/** `45% of 1,204`, or `-` until the manifest is whole. */
export function progressWords(job: JobView): string {
  const percent = percentDone(job);
  return percent === undefined ? '-' : `${percent}% of ${number(job.total ?? 0)}`;
}

/** Bar, counts, rate and time left in one line of the terminal. */
export function progressLine(job: JobView, perSecond: number | undefined, width: number): string {
  const { total = 0, succeeded, failed } = job;
  const done = succeeded + failed;
  const barWidth = Math.max(BAR_WIDTH_MIN, Math.min(BAR_WIDTH_MAX, width - NUMBERS_WIDTH));
  const filled = total === 0 ? barWidth : Math.floor((barWidth * done) / total);
  const bar = `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)}`;
  const facts = [
    `${`${percentDone(job) ?? 0}%`.padStart(4)}  ${number(done)}/${number(total)}`,
    ...(failed > 0 ? [styleText('red', `${number(failed)} failed`)] : []),
    ...(perSecond === undefined ? [] : [`${number(Math.round(perSecond))}/s`]),
    ...(perSecond === undefined || done >= total
      ? []
      : [`${duration(Math.max(1, (total - done) / perSecond) * 1000)} left`]),
  ];
  return `${bar} ${facts.join('  ')}`;
}
