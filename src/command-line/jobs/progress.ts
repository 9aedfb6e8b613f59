import { styleText } from 'node:util';
import { duration, number } from '../quantities.ts';
import type { JobView } from './job-view.ts';

/** What the rate is measured over: long enough to be calm, short enough to follow. */
const WINDOW_MS = 10_000;
const BAR_WIDTH_MAX = 40;
// A shorter one tells nothing.
const BAR_WIDTH_MIN = 8;
const PERCENT_WIDTH = '100%'.length;
const TIME_LEFT_WIDTH = '59 min 59 s left'.length;
const GAP = '  ';

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

/** Bar, counts, rate and time left in one line of the terminal; in a narrow one the bar goes first, then what stands
 * last. */
export function progressLine(job: JobView, perSecond: number | undefined, width: number): string {
  const { total = 0, succeeded, failed } = job;
  const done = succeeded + failed;
  const failures = `${number(failed)} failed`;
  const facts = [
    `${percentDone(job) ?? 0}%`.padStart(PERCENT_WIDTH),
    `${number(done)}/${number(total)}`,
    ...(failed > 0 ? [failures] : []),
    ...(perSecond === undefined ? [] : [`${number(Math.round(perSecond))}/s`]),
    ...(perSecond === undefined || done >= total
      ? []
      : [`${duration(Math.max(1, (total - done) / perSecond) * 1000)} left`]),
  ];
  const room = width - numbersWidth(job);
  const bar = room < BAR_WIDTH_MIN ? '' : `${barOf(done, total, Math.min(BAR_WIDTH_MAX, room))} `;
  while (bar.length + facts.join(GAP).length > width && facts.length > 1) facts.pop();
  return `${bar}${facts.map((fact) => (fact === failures ? styleText('red', fact) : fact)).join(GAP)}`;
}

function barOf(done: number, total: number, width: number): string {
  const filled = total === 0 ? width : Math.floor((width * done) / total);
  return `${'█'.repeat(filled)}${'░'.repeat(width - filled)}`;
}

/** What the numbers may grow to, so that the bar keeps its length while they do. */
function numbersWidth({ total = 0, failed }: JobView): number {
  const count = number(total).length;
  const failures = failed > 0 ? `${number(failed)} failed`.length + GAP.length : 0;
  const widths = [PERCENT_WIDTH, 2 * count + '/'.length, count + '/s'.length, TIME_LEFT_WIDTH];
  return widths.reduce((sum, width) => sum + width, failures + GAP.length * (widths.length - 1) + 1);
}
