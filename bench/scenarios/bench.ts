import type { LoadJob, LoadResult } from '../load/job.ts';
import { load } from '../load/processes.ts';
import type { Target } from '../load/requests.ts';

/** One line of the report: ours against the raw limit, both medians of the same run. */
export interface Row {
  readonly name: string;
  readonly ours: number;
  readonly bare: number;
  readonly unit: string;
  readonly ratio: number;
  /** What issue and design ask for; undefined where nothing is. */
  readonly bar?: number;
  /** `least`: the ratio must be at least the bar; `most`: at most. */
  readonly direction: 'least' | 'most';
  readonly note?: string;
}

export interface Bench {
  readonly ours: Target;
  readonly rounds: number;
  readonly seconds: number;
}

export const CONNECTIONS = 32;
/** Run and not counted: what is measured is a server that has compiled its code, not one that has just started. */
export const WARM_UP_ROUNDS = 2;
export const SMALL_BYTES = 4096;
export const LARGE_BYTES = 16 * 1024 * 1024;
export const BUCKET = 'bench';

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

export function row(
  name: string,
  unit: string,
  ours: readonly number[],
  bare: readonly number[],
  bar?: number,
  direction: Row['direction'] = 'least',
  note?: string,
): Row {
  const [a, b] = [median(ours), median(bare)];
  return {
    name,
    unit,
    ours: a,
    bare: b,
    ratio: a / b,
    direction,
    ...(bar !== undefined && { bar }),
    ...(note !== undefined && { note }),
  };
}

let prefixes = 0;

/** One load on a target; every PUT load writes keys of its own. */
export async function run(
  bench: Bench,
  target: Target,
  job: Pick<LoadJob, 'kind'> & Partial<LoadJob>,
): Promise<LoadResult> {
  return await load({
    target,
    bucket: BUCKET,
    prefix: job.kind === 'put' ? `p${prefixes++}/` : 'data/',
    objectBytes: SMALL_BYTES,
    connections: CONNECTIONS,
    // The time ends a run, the same for both sides: the machine's own speed changes from one second to the next.
    requestsMax: Number.MAX_SAFE_INTEGER,
    durationMsMax: bench.seconds * 1000,
    keys: 1000,
    ...job,
  });
}
