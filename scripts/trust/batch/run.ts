import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobDescriptor } from '@aws-sdk/client-s3-control';
import { SeededRandom } from '../../../src/testing/seeded-random.ts';
import { fillBuckets } from '../fill-bucket.ts';
import { freePort } from '../server.ts';
import { World } from '../world.ts';
import { BatchJobs, ENDED } from './jobs.ts';
import { measureRates, RATE_FILLS, RATE_PAIRS, type Rates, rateOf } from './rates.ts';
import { doneShare, type Trouble, troublesOf } from './troubles.ts';
import { type VerifiedJob, verifyJob } from './verify-job.ts';
import { WatchedServer } from './watched-server.ts';
import { BatchWorld, HOME_REGION, type Pair } from './world.ts';

/** Runs jobs over buckets that were filled behind the server's back, kills the server with -9, pauses and cancels them,
 * and then holds every report against both buckets. */
export interface BatchTrustOptions {
  readonly versions: number;
  readonly kills: number;
  readonly pauses: number;
  /** Decides when each trouble comes. */
  readonly seed: number;
  readonly bodyBytes: number;
  /** Whether a job's rate is measured beside that of live replication, first of all. */
  readonly rates: boolean;
  readonly progress: (line: string) => void;
}

export interface BatchTrustResult {
  readonly kills: number;
  readonly pauses: number;
  /** While jobs ran: comparing reads whole buckets and takes what it takes. */
  readonly memoryPeakBytes: number;
  readonly rates?: Rates;
  readonly readyMs: readonly number[];
  readonly whole: JobResult;
  readonly cancelled: JobResult;
  /** A further job over what the cancelled one left; absent where that was nothing. */
  readonly remainder?: JobResult;
  /** What went wrong, a sentence each. */
  readonly problems: readonly string[];
}

export interface JobResult extends VerifiedJob {
  readonly total: number;
  /** Milliseconds between the first Active and the last state. */
  readonly activeMs: number;
  readonly states: readonly string[];
}

const WHOLE: Pair = { source: 'trust-source', replica: 'trust-replica' };
const CANCELLED: Pair = { source: 'cancel-source', replica: 'cancel-replica' };
/** As many buckets as may have active jobs: so many urgent ones leave no room for another. */
const URGENT = Array.from({ length: 6 }, (_, index) => `urgent-${index}`);
/** The cancelled job is smaller, as a second one follows; but larger than what a job is ahead of its deliveries. */
const CANCELLED_SHARE = 1 / 20;
const CANCELLED_VERSIONS_MIN = 4000;
const URGENT_VERSIONS = 300;
const POLL_MS = 25;
/** Asking after a job that takes a quarter of an hour forty times a second would be a load of its own. */
const POLL_SHARE = 1 / 1000;
const POLL_MS_MAX = 500;
const JOB_MS_MAX = 10_800_000;
const PAUSED_MS_MAX = 300_000;

export async function runBatchTrust(options: BatchTrustOptions): Promise<BatchTrustResult> {
  const folder = mkdtempSync(join(process.env['HOLDFAST_BENCH_DIRECTORY'] ?? tmpdir(), 'holdfast-batch-'));
  const run = new BatchTrust(options, join(folder, 'data'), await freePort());
  try {
    return await run.run();
  } finally {
    await run.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

class BatchTrust {
  readonly #options: BatchTrustOptions;
  readonly #server: WatchedServer;
  readonly #random: SeededRandom;
  readonly #world: BatchWorld;
  readonly #jobs: BatchJobs;
  readonly #problems: string[] = [];
  #memoryPeakBytes = 0;
  #pauses = 0;

  constructor(options: BatchTrustOptions, data: string, port: number) {
    this.#options = options;
    this.#server = new WatchedServer(data, port);
    this.#random = new SeededRandom(options.seed);
    this.#world = new BatchWorld(`http://127.0.0.1:${port}`);
    this.#jobs = new BatchJobs(this.#world);
  }

  async run(): Promise<BatchTrustResult> {
    await this.#furnish();
    const rates = this.#options.rates ? await this.#measureRates() : undefined;
    const whole = await this.#runWhole();
    // To compare is to list and to read a million times: what that took is no job's.
    await this.#server.stop();
    await this.#server.start();
    const { cancelled, remainder } = await this.#runCancelled();
    const admin = new World(this.#world.endpoint);
    const { wrong, parked } = await admin.settled();
    admin.close();
    if (parked > 0) this.#problems.push(`${parked} operations are parked`);
    await this.#server.stop();
    return {
      kills: this.#server.kills,
      pauses: this.#pauses,
      memoryPeakBytes: this.#memoryPeakBytes,
      ...(rates === undefined ? {} : { rates }),
      readyMs: this.#server.readyMs,
      whole,
      cancelled,
      ...(remainder === undefined ? {} : { remainder }),
      problems: [...this.#problems, ...wrong],
    };
  }

  async end(): Promise<void> {
    await this.#server.stop('SIGKILL');
    this.#world.close();
  }

  async #furnish(): Promise<void> {
    const { versions, bodyBytes, progress } = this.#options;
    await this.#server.start();
    await this.#world.furnish();
    for (const pair of this.#pairs()) await this.#world.makePair(pair);
    for (const bucket of URGENT) await this.#world.makeSource(bucket);
    await this.#server.stop();
    const body = this.#random.bytes(bodyBytes);
    progress(`filling ${WHOLE.source} with ${versions.toLocaleString('en-US')} versions`);
    await fillBuckets(this.#server.data, HOME_REGION, [
      { bucket: WHOLE.source, versions, body, shape: shapeOf },
      {
        bucket: CANCELLED.source,
        versions: Math.max(Math.ceil(versions * CANCELLED_SHARE), CANCELLED_VERSIONS_MIN),
        body,
        shape: shapeOf,
      },
      ...(this.#options.rates ? RATE_FILLS : []),
      ...URGENT.map((bucket) => ({ bucket, versions: URGENT_VERSIONS, body })),
    ]);
    await this.#server.start();
    for (const pair of this.#pairs()) await this.#world.makeRule(pair);
  }

  #pairs(): readonly Pair[] {
    return this.#options.rates ? [WHOLE, CANCELLED, ...RATE_PAIRS] : [WHOLE, CANCELLED];
  }

  async #measureRates(): Promise<Rates> {
    this.#options.progress('measuring the rates of live replication and of a job');
    const rates = await measureRates(this.#world, async (source) => {
      const jobId = await this.#jobs.replicate(source);
      await this.#follow(jobId, () => Promise.resolve());
      return await rateOf(this.#jobs, jobId);
    });
    // Uploads have a bar of their own: what follows is a process that only runs jobs.
    await this.#server.stop();
    this.#memoryPeakBytes = 0;
    await this.#server.start();
    return rates;
  }

  /** One job over everything, in spite of all troubles. */
  async #runWhole(): Promise<JobResult> {
    const jobId = await this.#jobs.replicate(WHOLE.source);
    const troubles = troublesOf(this.#random, this.#options);
    await this.#follow(jobId, async (job) => {
      const [next] = troubles;
      if (next === undefined || !next.isDue(job)) return;
      troubles.shift();
      await this.#make(next, jobId);
    });
    // The job was faster: what has ended must stand a kill, too.
    for (const { kind } of troubles) if (kind === 'kill') await this.#server.killAndStart();
    return await this.#judge(jobId, WHOLE, 'Complete');
  }

  /** Another one, cancelled midway and once more killed on the way; then one over the rest. */
  async #runCancelled(): Promise<{ cancelled: JobResult; remainder?: JobResult }> {
    const { progress } = this.#options;
    const jobId = await this.#jobs.replicate(CANCELLED.source);
    const share = 0.2 + this.#random.below(50) / 100;
    let asked = false;
    let taken = false;
    await this.#follow(jobId, async (job) => {
      if (asked || doneShare(job) < share) return;
      asked = true;
      progress(`cancelling at ${Math.round(doneShare(job) * 100)} %`);
      taken = await this.#jobs.cancel(jobId);
      await this.#server.killAndStart();
    });
    // The job was faster: what has ended must stand a kill, too.
    if (!asked) await this.#server.killAndStart();
    const status = taken ? 'Cancelled' : 'Complete';
    const { done, ...cancelled } = await this.#judgeWith(jobId, CANCELLED, status, new Set());
    if (cancelled.succeeded === cancelled.versions) return { cancelled };
    const rest = await this.#jobs.replicate(CANCELLED.source);
    await this.#follow(rest, () => Promise.resolve());
    const { done: _all, ...remainder } = await this.#judgeWith(rest, CANCELLED, 'Complete', done);
    if (cancelled.succeeded + remainder.total !== remainder.versions) {
      this.#problems.push('what the cancelled job left is not what the next one found');
    }
    return { cancelled, remainder };
  }

  /** Until it ends, watching that its progress is never taken back. */
  async #follow(jobId: string, look: (job: JobDescriptor) => Promise<void>): Promise<void> {
    const begunMs = Date.now();
    this.#server.takeMemoryPeak();
    let ended = 0;
    let total = 0;
    while (Date.now() - begunMs < JOB_MS_MAX) {
      const job = await this.#jobs.describe(jobId);
      const summary = job.ProgressSummary ?? {};
      const now = (summary.NumberOfTasksSucceeded ?? 0) + (summary.NumberOfTasksFailed ?? 0);
      const known = summary.TotalNumberOfTasks ?? 0;
      if (now < ended) this.#problems.push(`progress went back from ${ended} to ${now}`);
      if (total !== 0 && known !== total) this.#problems.push(`the total changed from ${total} to ${known}`);
      ended = now;
      total = known;
      if (ENDED.has(job.Status)) {
        this.#memoryPeakBytes = Math.max(this.#memoryPeakBytes, this.#server.takeMemoryPeak());
        return;
      }
      await look(job);
      await sleep(Math.min(POLL_MS_MAX, Math.max(POLL_MS, (Date.now() - begunMs) * POLL_SHARE)));
    }
    throw new Error(`job ${jobId} did not end in ${JOB_MS_MAX} ms`);
  }

  async #make(trouble: Trouble, jobId: string): Promise<void> {
    const { progress } = this.#options;
    const job = await this.#jobs.describe(jobId);
    progress(`${trouble.kind} at ${Math.round(doneShare(job) * 100)} % (${job.Status})`);
    if (trouble.kind === 'kill') await this.#server.killAndStart();
    else await this.#pause(jobId, trouble.killed);
  }

  async #pause(jobId: string, killed: boolean): Promise<void> {
    const urgent = await Promise.all(URGENT.map((bucket) => this.#jobs.urgent(bucket)));
    const paused = async () => (await this.#jobs.describe(jobId)).Status === 'Paused';
    const urgentEnded = async () => {
      const jobs = await Promise.all(urgent.map((id) => this.#jobs.describe(id)));
      return jobs.every(({ Status }) => ENDED.has(Status));
    };
    await this.#until(async () => (await paused()) || (await urgentEnded()));
    if (killed) await this.#server.killAndStart();
    await this.#until(urgentEnded);
    await this.#judgeUrgent(urgent);
    this.#pauses += 1;
  }

  /** Tags that are put twice, as by a task that a kill took the answer of, are the same tags. */
  async #judgeUrgent(urgent: readonly string[]): Promise<void> {
    for (const jobId of urgent) {
      const { Status, ProgressSummary: summary } = await this.#jobs.describe(jobId);
      const succeeded = summary?.NumberOfTasksSucceeded ?? 0;
      if (Status === 'Complete' && succeeded === URGENT_VERSIONS) continue;
      this.#problems.push(`an urgent job is ${Status} with ${succeeded} of ${URGENT_VERSIONS} tasks done`);
    }
  }

  async #until(holds: () => Promise<boolean>): Promise<void> {
    for (let waitedMs = 0; waitedMs < PAUSED_MS_MAX; waitedMs += POLL_MS) {
      if (await holds()) return;
      await sleep(POLL_MS);
    }
    this.#problems.push(`urgent jobs did not end in ${PAUSED_MS_MAX} ms`);
  }

  async #judge(jobId: string, pair: Pair, status: string): Promise<JobResult> {
    const { done: _done, ...result } = await this.#judgeWith(jobId, pair, status, new Set());
    return result;
  }

  async #judgeWith(jobId: string, pair: Pair, status: string, already: ReadonlySet<string>) {
    this.#options.progress(`comparing ${pair.source}, ${pair.replica} and the report`);
    const job = await this.#jobs.describe(jobId);
    if (job.Status !== status) {
      const reasons = JSON.stringify(job.FailureReasons ?? []);
      this.#problems.push(`the job over ${pair.source} is ${job.Status}, and not ${status}: ${reasons}`);
    }
    const verified = await verifyJob(this.#world, pair, job, already);
    this.#problems.push(...verified.problems);
    const states = await this.#jobs.states(jobId);
    const total = job.ProgressSummary?.TotalNumberOfTasks ?? 0;
    if (status === 'Complete' && verified.succeeded !== total) {
      this.#problems.push(`${verified.succeeded} of ${total} tasks over ${pair.source} succeeded`);
    }
    if (verified.failed > 0) this.#problems.push(`${verified.failed} tasks over ${pair.source} failed`);
    const first = states.find((state) => state.status === 'Active');
    const last = states.at(-1);
    const activeMs = Date.parse(last?.at ?? '') - Date.parse(first?.at ?? '');
    return { ...verified, total, activeMs, states: states.map((state) => state.status) };
  }
}

/** Some keys have an older version, some end in a delete marker. */
function shapeOf(index: number): readonly ('object' | 'delete-marker')[] {
  if (index % 50 === 1) return ['object', 'delete-marker'];
  return index % 5 === 0 ? ['object', 'object'] : ['object'];
}
