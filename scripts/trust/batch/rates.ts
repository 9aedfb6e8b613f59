import { load } from '../../../bench/load/processes.ts';
import { arrivalOf } from '../../../bench/scenarios/arrival.ts';
import { CONNECTIONS, median, SMALL_BYTES } from '../../../bench/scenarios/bench.ts';
import type { Fill } from '../fill-bucket.ts';
import { ROOT_KEYS } from '../server.ts';
import type { BatchJobs } from './jobs.ts';
import { type BatchWorld, HOME_REGION, type Pair } from './world.ts';

/** Objects a second of 4 KiB, medians of the rounds of one run. */
export interface Rates {
  /** From the first write to the last arrival. */
  readonly live: number;
  /** From Active to Completing. */
  readonly job: number;
}

const ROUNDS = 3;
const OBJECTS = 10_000;
const ARRIVAL_MS_MAX = 300_000;
const PREFIX = 'o';

const pairOf = (kind: 'live' | 'job', round: number): Pair => ({
  source: `rate-${kind}-${round}`,
  replica: `rate-${kind}-${round}-replica`,
});
const rounds = Array.from({ length: ROUNDS }, (_, round) => round);

export const RATE_PAIRS: readonly Pair[] = rounds.flatMap((round) => [
  pairOf('live', round),
  pairOf('job', round),
]);
export const RATE_FILLS: readonly Fill[] = rounds.map((round) => ({
  bucket: pairOf('job', round).source,
  versions: OBJECTS,
  body: Buffer.alloc(SMALL_BYTES, 'holdfast'),
}));

/** Live replication alone, and a job alone, in turns on one server. */
export async function measureRates(
  world: BatchWorld,
  jobRate: (source: string) => Promise<number>,
): Promise<Rates> {
  const live: number[] = [];
  const job: number[] = [];
  for (const round of rounds) {
    live.push(await liveRate(world, pairOf('live', round)));
    job.push(await jobRate(pairOf('job', round).source));
  }
  return { live: median(live), job: median(job) };
}

/** @returns objects a second. */
export async function liveRate(world: BatchWorld, pair: Pair, objects = OBJECTS): Promise<number> {
  const { startedAtMs } = await load({
    target: { port: Number(new URL(world.endpoint).port), keys: ROOT_KEYS, region: HOME_REGION },
    kind: 'put',
    bucket: pair.source,
    prefix: PREFIX,
    objectBytes: SMALL_BYTES,
    connections: CONNECTIONS,
    requestsMax: objects,
    durationMsMax: ARRIVAL_MS_MAX,
    keys: 0,
  });
  const lastArrivalMs = await arrivalOf(
    { endpoint: world.endpoint, keys: ROOT_KEYS, ...world.replicaOf(pair) },
    { objects, msMax: ARRIVAL_MS_MAX },
  );
  return (objects * 1000) / (lastArrivalMs - startedAtMs);
}

/** @returns tasks a second between Active and Completing. */
export async function rateOf(jobs: BatchJobs, jobId: string): Promise<number> {
  const [job, states] = await Promise.all([jobs.describe(jobId), jobs.states(jobId)]);
  const atMs = (wanted: string) => Date.parse(states.find(({ status }) => status === wanted)?.at ?? '');
  const tasks = job.ProgressSummary?.NumberOfTasksSucceeded ?? 0;
  return (tasks * 1000) / (atMs('Completing') - atMs('Active'));
}
