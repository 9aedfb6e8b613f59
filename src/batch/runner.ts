import type { Region } from '../buckets/region.ts';
import { type Clock, sleep } from '../lib/clock.ts';
import { keyAfter } from '../store/kv/tuple.ts';
import type { JobStatus } from '../store/tables/job-rows.ts';
import { jobAnswers, jobs } from '../store/tables/jobs.ts';
import { cleanUpJobs, jobIdOf } from './clean-up.ts';
import type { BatchContext } from './context.ts';
import { JobTurns } from './job-turns.ts';
import { BatchLease } from './lease.ts';
import { CONFIRMATION_LIFE_MS } from './limits.ts';
import type { RunContext } from './run-context.ts';
import type { RunningJob } from './running-job.ts';
import type { ScheduleLimits } from './schedule.ts';
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
/** What takes longer to end is left behind: the next runner goes on from the rows. */
const STOP_MS_MAX = 5_000;

const NEED_TICKS: readonly (JobStatus | undefined)[] = ['Active', 'Pausing', 'Cancelling', 'Failing'];

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
  /** Told once of every state that a job enters. */
  readonly onState?: (status: JobStatus) => void;
  readonly onTasks?: RunContext['tasksEnded'];
}

/** Runs the jobs of one region. Any number of runners may be started, in any threads: one at a time holds the lease.
 *
 * starting → running → stopping → stopped
 * - Everything it knows is in the rows; what it holds in memory of a job can be thrown away and read again.
 * - Every commit checks the lease: one who lost it changes nothing. */
export class BatchRunner {
  readonly #options: BatchRunnerOptions;
  readonly #lease: BatchLease;
  readonly #turns: JobTurns;
  readonly #stopped = new AbortController();
  #state: 'starting' | 'running' | 'stopping' | 'stopped' = 'starting';
  #renewedAtMs = Number.NEGATIVE_INFINITY;
  #polledAtMs = Number.NEGATIVE_INFINITY;
  #cleanedUpAtMs = Number.NEGATIVE_INFINITY;
  #background: Promise<void> | undefined;
  #cleaning: Promise<void> | undefined;
  #cancelTick: () => void = () => undefined;
  #unwatch: readonly (() => void)[] = [];

  constructor(options: BatchRunnerOptions) {
    const { context: batch, region, clock, unavailable, onTasks } = options;
    this.#options = options;
    this.#lease = new BatchLease({ ...options, store: region.store });
    const context = {
      batch,
      region,
      lease: this.#lease,
      nowMs: () => clock.now(),
      unavailable,
      tasksEnded: onTasks ?? (() => undefined),
    };
    this.#turns = new JobTurns({ ...options, context });
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
    const ended = Promise.all([this.#background, this.#cleaning, this.#turns.close()]);
    await Promise.race([ended, sleep(this.#options.clock, STOP_MS_MAX, waited.signal)]);
    waited.abort();
    // A store that fails now frees the lease in its own time.
    await this.#lease.release().catch(() => undefined);
    this.#state = 'stopped';
  }

  /** How many jobs that have not ended are in each state; empty where another runner has them. */
  counts(): ReadonlyMap<JobStatus, number> {
    const counts = new Map<JobStatus, number>();
    for (const { status } of this.#turns.all()) {
      if (status !== undefined) counts.set(status, (counts.get(status) ?? 0) + 1);
    }
    return counts;
  }

  #tick(): void {
    if (this.#state !== 'running') return;
    const { clock } = this.#options;
    this.#cancelTick = clock.after(TICK_MS, () => this.#tick());
    const nowMs = clock.now();
    if (isDue(this.#renewedAtMs, RENEW_MS, nowMs) && this.#background === undefined) {
      this.#renewedAtMs = nowMs;
      this.#background = this.#renew().finally(() => {
        this.#background = undefined;
      });
    }
    for (const running of this.#turns.all()) {
      if (NEED_TICKS.includes(running.status) || hasExpired(running, nowMs)) this.#turns.wake(running.jobId);
    }
  }

  async #renew(): Promise<void> {
    const { clock } = this.#options;
    const held = this.#lease.epoch;
    try {
      await this.#lease.renew();
      const { epoch } = this.#lease;
      // Not waited for: turns of before can commit nothing more.
      if (epoch !== held) void this.#turns.drop();
      if (epoch === undefined) return;
      const nowMs = clock.now();
      if (epoch !== held || isDue(this.#polledAtMs, POLL_MS, nowMs)) {
        this.#polledAtMs = nowMs;
        await this.#discover();
      }
      if (isDue(this.#cleanedUpAtMs, CLEAN_UP_MS, nowMs) && this.#cleaning === undefined) {
        this.#cleanedUpAtMs = nowMs;
        this.#cleaning = this.#cleanUp();
      }
    } catch (error) {
      this.#turns.note(error);
    }
  }

  /** Beside renewals: what thousands of jobs leave behind takes longer than a lease lives. */
  async #cleanUp(): Promise<void> {
    try {
      await cleanUpJobs(this.#turns.context, this.#stopped.signal);
    } catch (error) {
      this.#turns.note(error);
    } finally {
      this.#cleaning = undefined;
    }
  }

  /** Finds every job that has not ended. */
  async #discover(): Promise<void> {
    const { start: first, end } = jobs.range();
    for (let start = first; ; ) {
      const rows = await this.#options.region.store.range({ start, end, limit: JOBS_READ_MAX });
      for (const row of rows) {
        const { jobId, status, statesEntered } = jobs.decode(row);
        if (isTerminal(status)) continue;
        // What it entered before was told by whoever ran it then.
        this.#turns.add(jobId, statesEntered);
        this.#turns.wake(jobId);
      }
      const last = rows.at(-1);
      if (last === undefined || rows.length < JOBS_READ_MAX) return;
      start = keyAfter(last.key);
    }
  }

  #changed(keys: readonly Buffer[]): void {
    if (this.#lease.epoch === undefined) return;
    for (const jobId of new Set(keys.map(jobIdOf))) this.#turns.changed(jobId);
  }

  #answered(keys: readonly Buffer[]): void {
    const names = keys.map((key) => jobAnswers.nameOf({ key }));
    for (const [jobId, ofJob] of Map.groupBy(names, (name) => name.jobId)) {
      const chunks = this.#turns.get(jobId)?.chunks;
      const told = Map.groupBy(ofJob, ({ chunk }) => chunk);
      const news = [...told].filter(([chunk, { length }]) => chunks?.tell(chunk, length) === true);
      if (news.length > 0) this.#turns.wake(jobId);
    }
  }
}

/** A clock that was set back must not put anything off. */
function isDue(lastMs: number, everyMs: number, nowMs: number): boolean {
  return nowMs - lastMs >= everyMs || nowMs < lastMs;
}

function hasExpired({ status, seen }: RunningJob, nowMs: number): boolean {
  return status === 'Suspended' && nowMs - (seen?.suspendedAtMs ?? 0) >= CONFIRMATION_LIFE_MS;
}
