// Does a batch job hold up live replication? Lag with and without one, at a fifth of the live load that can be borne:
//   node bench/batch-lag.ts [--rounds 5] [--seconds 20] [--json]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, styleText } from 'node:util';
import { BatchJobs, ENDED } from '../scripts/trust/batch/jobs.ts';
import { liveRate } from '../scripts/trust/batch/rates.ts';
import { WatchedServer } from '../scripts/trust/batch/watched-server.ts';
import { BatchWorld, HOME_REGION, type Pair } from '../scripts/trust/batch/world.ts';
import { fillBuckets } from '../scripts/trust/fill-bucket.ts';
import { freePort, ROOT_KEYS } from '../scripts/trust/server.ts';
import { World } from '../scripts/trust/world.ts';
import { load } from './load/processes.ts';
import { type Lag, readLags } from './read-lags.ts';
import { CONNECTIONS, median, SMALL_BYTES } from './scenarios/bench.ts';

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '20' },
    json: { type: 'boolean', default: false },
  },
});
const rounds = Number(flags.rounds);
const seconds = Number(flags.seconds);

const LOAD_SHARE = 0.2;
const RATIO_MAX = 1.2;
const EXTRA_MS_MAX = 50;
/** The rate that the load is a share of: rounds of so many objects, the first to warm up. */
const RATE_ROUNDS = 3;
const RATE_OBJECTS = 10_000;
/** A job must not end before its load: so many tasks a second no machine of today does. */
const JOB_TASKS_PER_SECOND = 4000;
const POLL_MS = 50;
const STATE_MS_MAX = 120_000;

const pairOf = (kind: string): Pair => ({ source: `lag-${kind}`, replica: `lag-${kind}-replica` });
const all = (count: number, kind: string) =>
  Array.from({ length: count }, (_, round) => pairOf(`${kind}-${round}`));
const rateRounds = all(RATE_ROUNDS, 'rate');
const alone = all(rounds, 'alone');
const beside = all(rounds, 'beside');
const jobPairs = all(rounds, 'job');

const folder = mkdtempSync(join(process.env['HOLDFAST_BENCH_DIRECTORY'] ?? tmpdir(), 'holdfast-lag-'));
const port = await freePort();
const server = new WatchedServer(join(folder, 'data'), port);
const world = new BatchWorld(`http://127.0.0.1:${port}`);
const jobs = new BatchJobs(world);
try {
  await furnish();
  const maximum = median(await inTurn(rateRounds, (pair) => liveRate(world, pair, RATE_OBJECTS)));
  const perSecond = Math.round(maximum * LOAD_SHARE);
  console.error(`live replication at most ${Math.round(maximum)}/s, load ${perSecond}/s`);
  const jobRates: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await liveLoad(pairAt(alone, round), perSecond);
    const job = await startJob(pairAt(jobPairs, round));
    await liveLoad(pairAt(beside, round), perSecond);
    jobRates.push(await endJob(job));
    console.error(`round ${round + 1} of ${rounds}: the job did ${Math.round(jobRates.at(-1) ?? 0)} tasks/s`);
  }
  await server.stop();
  report({ maximum, perSecond, jobRates }, await lagsOf(alone), await lagsOf(beside));
} finally {
  await server.stop('SIGKILL');
  world.close();
  rmSync(folder, { recursive: true, force: true });
}

async function furnish(): Promise<void> {
  await server.start();
  await world.furnish();
  const pairs = [...rateRounds, ...alone, ...beside, ...jobPairs];
  for (const pair of pairs) await world.makePair(pair);
  await server.stop();
  const body = Buffer.alloc(SMALL_BYTES, 'holdfast');
  const versions = JOB_TASKS_PER_SECOND * seconds;
  await fillBuckets(
    server.data,
    HOME_REGION,
    jobPairs.map(({ source }) => ({ bucket: source, versions, body })),
  );
  await server.start();
  for (const pair of pairs) await world.makeRule(pair);
}

/** One load at a fixed rate; returns when everything has arrived. */
async function liveLoad({ source }: Pair, perSecond: number): Promise<void> {
  await load({
    target: { port, keys: ROOT_KEYS, region: HOME_REGION },
    kind: 'put',
    bucket: source,
    prefix: 'o',
    objectBytes: SMALL_BYTES,
    connections: CONNECTIONS,
    requestsMax: perSecond * seconds,
    durationMsMax: seconds * 2000,
    perSecond,
    keys: 0,
  });
}

interface StartedJob {
  readonly jobId: string;
  readonly tasks: number;
  readonly startedMs: number;
}

/** Returns when it has done its first tasks. */
async function startJob({ source }: Pair): Promise<StartedJob> {
  const jobId = await jobs.replicate(source);
  for (let waitedMs = 0; waitedMs < STATE_MS_MAX; waitedMs += POLL_MS) {
    const tasks = (await jobs.describe(jobId)).ProgressSummary?.NumberOfTasksSucceeded ?? 0;
    if (tasks > 0) return { jobId, tasks, startedMs: Date.now() };
    await sleep(POLL_MS);
  }
  throw new Error('the job does not run');
}

/** Cancels it and waits until nothing is left of it. @returns tasks a second while it ran. */
async function endJob({ jobId, tasks, startedMs }: StartedJob): Promise<number> {
  const job = await jobs.describe(jobId);
  const ranMs = Date.now() - startedMs;
  if (ENDED.has(job.Status)) throw new Error(`the job was ${job.Status} before the load ended`);
  await jobs.cancel(jobId);
  for (let waitedMs = 0; waitedMs < STATE_MS_MAX; waitedMs += POLL_MS) {
    if (ENDED.has((await jobs.describe(jobId)).Status)) break;
    await sleep(POLL_MS);
  }
  const admin = new World(world.endpoint);
  await admin.untilNothingIsPending();
  admin.close();
  return (((job.ProgressSummary?.NumberOfTasksSucceeded ?? 0) - tasks) * 1000) / ranMs;
}

function lagsOf(pairs: readonly Pair[]): Promise<Lag[]> {
  return readLags(
    server.data,
    HOME_REGION,
    pairs.map(({ source }) => source),
  );
}

function report(
  measured: { readonly maximum: number; readonly perSecond: number; readonly jobRates: readonly number[] },
  without: readonly Lag[],
  withJob: readonly Lag[],
): void {
  const rows = (['medianMs', 'p99Ms'] as const).map((name) => {
    const [before, after] = [without, withJob].map((lags) => median(lags.map((lag) => lag[name])));
    const bar = (before ?? 0) * RATIO_MAX + EXTRA_MS_MAX;
    return { name, without: before ?? 0, withJob: after ?? 0, bar, held: (after ?? 0) <= bar };
  });
  if (rows.some(({ held }) => !held)) process.exitCode = 1;
  if (flags.json) {
    console.log(JSON.stringify({ ...measured, rows, without, withJob }, undefined, 2));
    return;
  }
  console.log(
    `live load ${measured.perSecond}/s of 4 KiB, a fifth of ${Math.round(measured.maximum)}/s; ${rounds} rounds of ${seconds} s; jobs ${Math.round(median(measured.jobRates))} tasks/s beside it\n`,
  );
  console.log(`${'lag of live replication'.padEnd(26)}    without   with a job        bar`);
  for (const { name, without: before, withJob: after, bar, held } of rows) {
    const text = `${(name === 'p99Ms' ? '99th percentile' : 'median').padEnd(26)} ${milliseconds(before)} ${milliseconds(after)} ${milliseconds(bar)}`;
    console.log(held ? text : styleText('red', text));
  }
}

function milliseconds(value: number): string {
  return `${value.toFixed(0)} ms`.padStart(10);
}

function pairAt(pairs: readonly Pair[], round: number): Pair {
  const pair = pairs[round];
  if (pair === undefined) throw new RangeError(`no round ${round}`);
  return pair;
}

async function inTurn<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}
