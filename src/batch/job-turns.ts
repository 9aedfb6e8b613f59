import type { Clock } from '../lib/clock.ts';
import type { JobStatus } from '../store/tables/job-rows.ts';
import { jobStates } from '../store/tables/jobs.ts';
import { mayPrepare, nextToPrepare, type PreparingJob } from './preparing-order.ts';
import { type RunContext, readJob, type StoredJob, Superseded } from './run-context.ts';
import { RunningJob } from './running-job.ts';
import { type Schedule, type ScheduleLimits, schedule } from './schedule.ts';
import { type JobDecisions, stepJob } from './step-job.ts';
import { isTerminal } from './transition.ts';
import { TroubleLog } from './trouble-log.ts';

/** A job whose trouble lasts is tried again after ever longer pauses, up to this. */
const RETRY_MS_MAX = 30_000;
const RETRY_MS_FIRST = 50;

const UNDECIDED: JobDecisions = { mayPrepare: false, mayStart: false, mustPause: false };

export interface JobTurnsOptions {
  readonly context: Omit<RunContext, 'wake'>;
  readonly clock: Clock;
  readonly limits: ScheduleLimits;
  /** Told once of every state that a job enters. */
  readonly onState?: (status: JobStatus) => void;
}

/** The jobs of a region that have not ended, each with its turns: one at a time, and another for whatever woke it
 * meanwhile. Jobs have no part in each other's trouble.
 *
 * open → closed: no turn begins any more. */
export class JobTurns {
  readonly #options: JobTurnsOptions;
  readonly #context: RunContext;
  readonly #jobs = new Map<string, RunningJob>();
  readonly #troubles: TroubleLog;
  #closed = false;

  constructor(options: JobTurnsOptions) {
    this.#options = options;
    this.#context = { ...options.context, wake: (jobId) => this.wake(jobId) };
    const { batch, region } = options.context;
    this.#troubles = new TroubleLog(batch.logger, options.clock, region.name);
  }

  get context(): RunContext {
    return this.#context;
  }

  get(jobId: string): RunningJob | undefined {
    return this.#jobs.get(jobId);
  }

  all(): RunningJob[] {
    return [...this.#jobs.values()];
  }

  /** @param statesTold of a job that is not known yet: how many of its states need not be told */
  add(jobId: string, statesTold: number): void {
    if (!this.#jobs.has(jobId)) this.#jobs.set(jobId, new RunningJob(this.#context, jobId, statesTold));
  }

  /** Looks at the job soon. */
  wake(jobId: string): void {
    const running = this.#jobs.get(jobId);
    if (running === undefined || this.#closed) return;
    running.again = true;
    running.backsOff = false;
    running.cancelRetry();
    running.busy ??= this.#turn(running).finally(() => {
      running.busy = undefined;
      // Woken in the moment between the last look and the end of the turn.
      if (running.again) this.wake(jobId);
    });
  }

  /** Its row was written, by whomever. */
  changed(jobId: string): void {
    this.add(jobId, 0);
    const running = this.#jobs.get(jobId);
    if (running?.status === 'Preparing') void this.#interrupt(running);
    this.wake(jobId);
  }

  /** Lets go of every job; resolves when the turns under way have ended. */
  async drop(): Promise<void> {
    const all = this.all();
    this.#jobs.clear();
    await Promise.all(all.map((running) => running.stop()));
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.drop();
  }

  /** @param job absent: all of them */
  note(error: unknown, job?: string): void {
    if (!this.#closed && !(error instanceof Superseded)) this.#troubles.note(error, job);
  }

  /** Does all that can be done for a job now. */
  async #turn(running: RunningJob): Promise<void> {
    while (running.again && this.#isMine(running)) {
      running.again = false;
      running.interruption = new AbortController();
      try {
        await this.#look(running);
        running.failures = 0;
        running.conflicts = 0;
      } catch (error) {
        this.#retry(running, error);
      }
    }
  }

  async #look(running: RunningJob): Promise<void> {
    const { jobId, status: before } = running;
    const stored = await readJob(this.#context, jobId);
    if (stored === undefined || (before === undefined && isTerminal(stored.job.status))) {
      this.#jobs.delete(jobId);
      return;
    }
    running.see(stored.job);
    await this.#tellStates(running, stored);
    if (running.status !== before) this.#wakeOthers(running);
    const next = await stepJob(this.#context, running, stored, this.#decisions(running));
    if (next === 'again') running.again = true;
    if (next === 'ended') this.#jobs.delete(jobId);
  }

  #retry(running: RunningJob, error: unknown): void {
    // What was read of the job is old, or in doubt.
    running.chunks = undefined;
    if (!this.#isMine(running)) return;
    const { jobId, failures, interruption } = running;
    running.failures += 1;
    if (error instanceof Superseded) running.conflicts += 1;
    if (interruption.signal.aborted || (error instanceof Superseded && failures === 0)) {
      running.again = true;
      return;
    }
    this.note(error, jobId);
    running.again = false;
    const delayMs = Math.min(RETRY_MS_MAX, RETRY_MS_FIRST * 2 ** Math.min(failures, 20));
    running.cancelRetry = this.#options.clock.after(delayMs, () => this.wake(jobId));
    running.backsOff = true;
    if (running.status === 'Preparing') this.#wakeOthers(running);
  }

  /** Ends a long turn when the job's state is no more the one that it was begun for. */
  async #interrupt({ jobId, interruption, status }: RunningJob): Promise<void> {
    const stored = await readJob(this.#context, jobId).catch(() => undefined);
    if (stored !== undefined && stored.job.status !== status) interruption.abort();
  }

  #isMine(running: RunningJob): boolean {
    const held = this.#context.lease.epoch !== undefined;
    return held && !this.#closed && this.#jobs.get(running.jobId) === running;
  }

  #preparing(): PreparingJob[] {
    return this.all().flatMap(({ seen, preparingStage: stage }) =>
      seen === undefined || stage === undefined ? [] : { ...seen, stage },
    );
  }

  #schedule(): Schedule {
    const seen = this.all().flatMap((running) => running.seen ?? []);
    return schedule(seen, this.#options.limits);
  }

  /** Asks for no more than its state needs: thousands of jobs may wait for their confirmation. */
  #decisions({ jobId, seen }: RunningJob): JobDecisions {
    switch (seen?.status) {
      case 'New':
      case 'Preparing':
        return { ...UNDECIDED, mayPrepare: mayPrepare(this.#preparing(), seen.account) };
      case 'Ready':
      case 'Paused':
        return { ...UNDECIDED, mayStart: this.#schedule().start.includes(jobId) };
      case 'Active':
        return { ...UNDECIDED, mustPause: this.#schedule().pause.includes(jobId) };
      default:
        return UNDECIDED;
    }
  }

  /** A state that was entered or left may make room for other jobs, or take theirs. */
  #wakeOthers({ jobId }: RunningJob): void {
    const { start, pause } = this.#schedule();
    for (const other of [...start, ...pause, ...nextToPrepare(this.#preparing())]) {
      if (other !== jobId) this.wake(other);
    }
  }

  async #tellStates(running: RunningJob, { job }: StoredJob): Promise<void> {
    const { batch, region } = this.#context;
    const { jobId, statesEntered } = job;
    if (running.statesTold >= statesEntered) return;
    const start = jobStates.key(jobId, running.statesTold);
    running.statesTold = statesEntered;
    for (const row of await region.store.range({ ...jobStates.range(jobId), start })) {
      const { status, cause } = jobStates.decode(row);
      batch.logger.info({ job: jobId, status, ...(cause !== undefined && { cause }) }, 'job changed state');
      this.#options.onState?.(status);
    }
  }
}
