import type { Region } from '../buckets/region.ts';
import { type Clock, sleep } from '../lib/clock.ts';
import { messageOf, saysUnavailable } from '../replication/destinations/unavailable.ts';
import { type JobStateRow, type JobStatus } from '../store/tables/job-rows.ts';
import { jobAnswers, jobStates, jobs } from '../store/tables/jobs.ts';
import { cleanUpJobs, jobIdOf } from './clean-up.ts';
import type { BatchContext } from './context.ts';
import { BatchLease } from './lease.ts';
import { CONFIRMATION_LIFE_MS, PREPARING_JOBS_MAX } from './limits.ts';
import { type RunContext, readJob, type StoredJob, Superseded } from './run-context.ts';
import { RunningJob } from './running-job.ts';
import { type Schedule, type ScheduledJob, type ScheduleLimits, schedule } from './schedule.ts';
import { type JobDecisions, stepJob } from './step-job.ts';
import { isTerminal } from './transition.ts';

/** How often a runner looks at what only time brings: answers that nobody told of, ended backoffs. */
const TICK_MS = 500;
/** A third of a runner's life, so that one lost renewal is no loss. */
const RENEW_MS = 5_000;
/** Jobs that no wake-up told of are found within this time. */
const POLL_MS = 30_000;
const CLEAN_UP_MS = 3_600_000;
/** Job rows read at once. */
const JOBS_READ_MAX = 256;
/** A job whose trouble lasts is tried again after ever longer pauses, up to this. */
const RETRY_MS_MAX = 30_000;
const RETRY_MS_FIRST = 50;
/** What takes longer to end is left behind: the next runner goes on from the rows. */
const STOP_MS_MAX = 5_000;

const NEED_TICKS: ReadonlySet<JobStatus | undefined> = new Set([
  'Active',
  'Pausing',
  'Cancelling',
  'Failing',
] as const);

export interface BatchRunnerOptions {
  readonly context: BatchContext;
  readonly region: Region;
  readonly clock: Clock;
  /** Unique among all runners, ever. */
  readonly runnerId: string;
  readonly incarnation: string;
  readonly limits: ScheduleLimits;
  /** Whether a destination cannot be reached now. */
  readonly unavailable: (destination: string) => boolean;
  readonly onState?: (status: JobStatus) => void;
  readonly onTasks?: (ended: { readonly succeeded: number; readonly failed: number }) => void;
}

/** Runs the jobs of one region. Any number of runners may be started, in any threads: one at a time holds the lease.
 *
 * starting → running → stopping → stopped
 * - Everything it knows is in the rows; what it holds in memory of a job can be thrown away and read again.
 * - A job has one turn at a time; jobs have no part in each other's trouble.
 * - Every commit checks the lease: one who lost it changes nothing. */
export class BatchRunner {
  readonly #options: BatchRunnerOptions;
  readonly #lease: BatchLease;
  readonly #run: RunContext;
  readonly #jobs = new Map<string, RunningJob>();
  #state: 'starting' | 'running' | 'stopping' | 'stopped' = 'starting';
  #renewedAtMs = Number.NEGATIVE_INFINITY;
  #polledAtMs = Number.NEGATIVE_INFINITY;
  #cleanedUpAtMs = Number.NEGATIVE_INFINITY;
  readonly #stopped = new AbortController();
  #background: Promise<void> | undefined;
  #cancelTick: () => void = () => undefined;
  #unwatch: readonly (() => void)[] = [];

  constructor(options: BatchRunnerOptions) {
    const { context, region, clock, unavailable } = options;
    this.#options = options;
    this.#lease = new BatchLease({ ...options, store: region.store });
    this.#run = {
      batch: context,
      region,
      lease: this.#lease,
      nowMs: () => clock.now(),
      unavailable,
      wake: (jobId) => this.#wake(jobId),
      tasksEnded: (ended) => options.onTasks?.(ended),
    };
  }

  /** Returns at once; a store that cannot serve yet is tried again until it can. */
  start(): void {
    if (this.#state !== 'starting') return;
    this.#state = 'running';
    const { store } = this.#options.region;
    this.#unwatch = [
      store.watch(jobs.range().start, (keys) => this.#changed(keys)),
      store.watch(jobAnswers.range().start, (keys) => this.#answered(keys)),
    ];
    this.#tick();
  }

  /** Begins nothing new, lets commits under way end, and gives the lease back. */
  async stop(): Promise<void> {
    if (this.#state !== 'running') return;
    this.#state = 'stopping';
    for (const unwatch of this.#unwatch) unwatch();
    this.#cancelTick();
    this.#stopped.abort();
    const waited = new AbortController();
    await Promise.race([
      Promise.all([this.#background, this.#drop()]),
      sleep(this.#options.clock, STOP_MS_MAX, waited.signal),
    ]);
    waited.abort();
    await this.#lease.release().catch((error: unknown) => this.#note(error, {}));
    this.#state = 'stopped';
  }

  /** How many jobs that have not ended are in each state; empty where another runner has them. */
  counts(): ReadonlyMap<JobStatus, number> {
    const counts = new Map<JobStatus, number>();
    for (const { status } of this.#jobs.values()) {
      if (status !== undefined) counts.set(status, (counts.get(status) ?? 0) + 1);
    }
    return counts;
  }

  #tick(): void {
    if (this.#state !== 'running') return;
    const { clock } = this.#options;
    this.#cancelTick = clock.after(TICK_MS, () => this.#tick());
    const nowMs = clock.now();
    // A clock that was set back must not put the next renewal off.
    const renewDue = nowMs - this.#renewedAtMs >= RENEW_MS || nowMs < this.#renewedAtMs;
    if (renewDue && this.#background === undefined) {
      this.#renewedAtMs = nowMs;
      this.#background = this.#renew().finally(() => {
        this.#background = undefined;
      });
    }
    for (const running of this.#jobs.values()) {
      if (NEED_TICKS.has(running.status) || hasExpired(running, nowMs)) this.#wake(running.jobId);
    }
  }

  async #renew(): Promise<void> {
    const { clock } = this.#options;
    const held = this.#lease.epoch;
    try {
      await this.#lease.renew();
      const gained = this.#lease.epoch !== undefined && this.#lease.epoch !== held;
      // Not waited for: its turns can commit nothing more.
      if (this.#lease.epoch !== held) void this.#drop();
      if (this.#lease.epoch === undefined) return;
      const nowMs = clock.now();
      if (gained || nowMs - this.#polledAtMs >= POLL_MS || nowMs < this.#polledAtMs) {
        this.#polledAtMs = nowMs;
        await this.#discover();
      }
      if (nowMs - this.#cleanedUpAtMs >= CLEAN_UP_MS || nowMs < this.#cleanedUpAtMs) {
        this.#cleanedUpAtMs = nowMs;
        await cleanUpJobs(this.#run, this.#stopped.signal);
      }
    } catch (error) {
      this.#note(error, {});
    }
  }

  /** Finds every job that has not ended. */
  async #discover(): Promise<void> {
    const { start: first, end } = jobs.range();
    for (let start = first; ; ) {
      const rows = await this.#options.region.store.range({ start, end, limit: JOBS_READ_MAX });
      for (const row of rows) {
        const job = jobs.decode(row);
        if (!isTerminal(job.status)) this.#known(job.jobId, job.statesEntered);
      }
      const last = rows.at(-1);
      if (last === undefined || rows.length < JOBS_READ_MAX) break;
      start = Buffer.concat([last.key, Buffer.alloc(1)]);
    }
    for (const jobId of this.#jobs.keys()) this.#wake(jobId);
  }

  #changed(keys: readonly Buffer[]): void {
    if (this.#lease.epoch === undefined) return;
    for (const jobId of new Set(keys.map(jobIdOf))) {
      const running = this.#known(jobId, 0);
      if (running.busy !== undefined) void this.#interrupt(running);
      this.#wake(jobId);
    }
  }

  #answered(keys: readonly Buffer[]): void {
    const answers = Map.groupBy(
      keys.map((key) => jobAnswers.nameOf({ key })),
      ({ jobId, chunk }) => `${jobId} ${chunk}`,
    );
    for (const ofChunk of answers.values()) {
      const { jobId = '', chunk = 0 } = ofChunk[0] ?? {};
      const running = this.#jobs.get(jobId);
      if (running?.chunks?.tell(chunk, ofChunk.length) === true) this.#wake(jobId);
    }
  }

  #known(jobId: string, statesTold: number): RunningJob {
    const known = this.#jobs.get(jobId);
    if (known !== undefined) return known;
    const running = new RunningJob(this.#run, jobId, statesTold);
    this.#jobs.set(jobId, running);
    return running;
  }

  #wake(jobId: string): void {
    const running = this.#jobs.get(jobId);
    if (running === undefined || this.#state !== 'running') return;
    running.again = true;
    running.cancelRetry();
    running.busy ??= this.#turn(running).finally(() => {
      running.busy = undefined;
      // Woken in the moment between the last look and the end of the turn.
      if (running.again) this.#wake(jobId);
    });
  }

  /** Ends a long turn when the job's state is no more the one that it was begun for. */
  async #interrupt(running: RunningJob): Promise<void> {
    const { interruption, status } = running;
    if (status !== 'Preparing') return;
    const stored = await readJob(this.#run, running.jobId).catch(() => undefined);
    if (stored !== undefined && stored.job.status !== status) interruption.abort();
  }

  /** Does all that can be done for a job now. */
  async #turn(running: RunningJob): Promise<void> {
    while (running.again && this.#isMine(running)) {
      running.again = false;
      try {
        running.interruption = new AbortController();
        await this.#look(running);
        running.failures = 0;
      } catch (error) {
        this.#retry(running, error);
      }
    }
  }

  async #look(running: RunningJob): Promise<void> {
    const { jobId } = running;
    const stored = await readJob(this.#run, jobId);
    if (stored === undefined || (running.seen === undefined && isTerminal(stored.job.status))) {
      this.#jobs.delete(jobId);
      return;
    }
    const before = running.status;
    running.see(stored.job);
    await this.#tellStates(running, stored);
    if (running.status !== before) this.#wakeOthers(running);
    const next = await stepJob(this.#run, running, stored, this.#decisions(running));
    if (next === 'again') running.again = true;
    if (next === 'ended') this.#jobs.delete(jobId);
  }

  #retry(running: RunningJob, error: unknown): void {
    // What was read of the job is old, or in doubt.
    running.chunks = undefined;
    const { jobId, failures, interruption } = running;
    if (!this.#isMine(running)) return;
    running.failures += 1;
    if (interruption.signal.aborted || (error instanceof Superseded && failures === 0)) {
      running.again = true;
      return;
    }
    if (!(error instanceof Superseded)) this.#note(error, { job: jobId });
    running.again = false;
    const delayMs = Math.min(RETRY_MS_MAX, RETRY_MS_FIRST * 2 ** Math.min(failures, 20));
    running.cancelRetry = this.#options.clock.after(delayMs, () => this.#wake(jobId));
  }

  #isMine(running: RunningJob): boolean {
    return (
      this.#state === 'running' &&
      this.#lease.epoch !== undefined &&
      this.#jobs.get(running.jobId) === running
    );
  }

  #schedule(): Schedule {
    const all = [...this.#jobs.values()].map(({ seen }) => seen).filter((seen) => seen !== undefined);
    return schedule(all, this.#options.limits);
  }

  #decisions({ jobId, status, seen }: RunningJob): JobDecisions {
    const preparing = [...this.#jobs.values()].filter((other) => other.status === 'Preparing').length;
    const mayPrepare = status === 'New' && preparing < PREPARING_JOBS_MAX;
    if (!mayBeScheduled(seen)) return { mayPrepare, mayStart: false, mustPause: false };
    const { start, pause } = this.#schedule();
    return { mayPrepare, mayStart: start.includes(jobId), mustPause: pause.includes(jobId) };
  }

  /** A state that was entered or left may make room for other jobs, or take theirs. */
  #wakeOthers(running: RunningJob): void {
    const { start, pause } = this.#schedule();
    for (const jobId of [...start, ...pause]) if (jobId !== running.jobId) this.#wake(jobId);
    for (const other of this.#jobs.values()) if (other.status === 'New') this.#wake(other.jobId);
  }

  async #tellStates(running: RunningJob, { job }: StoredJob): Promise<void> {
    const { logger } = this.#options.context;
    const told = running.statesTold ?? job.statesEntered;
    running.statesTold = job.statesEntered;
    if (told >= job.statesEntered) return;
    const rows = await this.#options.region.store.range({
      ...jobStates.range(job.jobId),
      start: jobStates.key(job.jobId, told),
    });
    for (const row of rows) {
      const { status, cause }: JobStateRow = jobStates.decode(row);
      logger.info({ job: job.jobId, status, ...(cause !== undefined && { cause }) }, 'job changed state');
      this.#options.onState?.(status);
    }
  }

  /** Lets go of every job. */
  async #drop(): Promise<void> {
    const all = [...this.#jobs.values()];
    this.#jobs.clear();
    await Promise.all(all.map((running) => running.stop()));
  }

  #note(error: unknown, fields: { readonly job?: string }): void {
    const { logger } = this.#options.context;
    if (this.#state !== 'running' || error instanceof Superseded) return;
    const said = { ...fields, region: this.#options.region.name, reason: messageOf(error) };
    if (saysUnavailable(error)) logger.warn(said, 'batch jobs wait');
    else logger.error({ ...said, cause: error }, 'batch jobs met a fault');
  }
}

function mayBeScheduled(seen: ScheduledJob | undefined): boolean {
  return seen?.status === 'Ready' || seen?.status === 'Paused' || seen?.status === 'Active';
}

function hasExpired({ status, seen }: RunningJob, nowMs: number): boolean {
  return status === 'Suspended' && nowMs - (seen?.suspendedAtMs ?? 0) >= CONFIRMATION_LIFE_MS;
}
