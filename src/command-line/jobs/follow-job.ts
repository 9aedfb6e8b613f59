import type { JobStatus } from '@aws-sdk/client-s3-control';
import { sleep, systemClock } from '../../lib/clock.ts';
import type { AwsClients } from '../aws-clients.ts';
import { RequestError } from '../command.ts';
import { counted, number } from '../quantities.ts';
import type { Terminal } from '../terminal.ts';
import { hasEnded, type JobView } from './job-view.ts';
import { jobStateWords } from './job-words.ts';
import { progressLine, RateMeter } from './progress.ts';
import { readJob, readJobStates } from './read-jobs.ts';
import { renderStates } from './render-job.ts';

const POLL_MS = 300;
/** Where nobody looks, a line now and then is enough. */
const LINE_INTERVAL_MS = 10_000;

/** Shows each state that the job enters and, while it runs, how far it is; until it has ended or, where that is asked
 * for, waits for its confirmation.
 * @returns the job as it was seen last */
export async function followJob(
  aws: AwsClients,
  terminal: Terminal,
  {
    region,
    jobId,
    stopAtConfirmation,
    after,
  }: {
    readonly region: string;
    readonly jobId: string;
    readonly stopAtConfirmation: boolean;
    /** States up to this one were shown already. */
    readonly after?: JobStatus;
  },
): Promise<JobView> {
  const meter = new RateMeter();
  const states = new StateLines(aws, terminal, region, jobId, after);
  for (let lineAtMs = systemClock.now(); ; ) {
    const job = await readJob(aws, region, jobId);
    await states.show(job);
    if (hasEnded(job) || (stopAtConfirmation && job.status === 'Suspended')) return job;
    const nowMs = systemClock.now();
    if (job.status === 'Active') {
      meter.note(nowMs, job.succeeded + job.failed);
      const line = progressLine(job, meter.perSecond, terminal.width);
      if (terminal.interactive) terminal.rewrite(line);
      else if (nowMs - lineAtMs >= LINE_INTERVAL_MS) {
        terminal.say(line);
        lineAtMs = nowMs;
      }
    }
    await sleep(systemClock, POLL_MS);
  }
}

/** Says each state once, with its time: also those that a look now and then would miss. */
class StateLines {
  readonly #aws: AwsClients;
  readonly #terminal: Terminal;
  readonly #region: string;
  readonly #jobId: string;
  readonly #after: JobStatus | undefined;
  #shown = 0;
  #last: JobStatus | undefined;
  #isTold = true;

  constructor(
    aws: AwsClients,
    terminal: Terminal,
    region: string,
    jobId: string,
    after: JobStatus | undefined,
  ) {
    this.#aws = aws;
    this.#terminal = terminal;
    this.#region = region;
    this.#jobId = jobId;
    this.#after = after;
  }

  async show(job: JobView): Promise<void> {
    if (job.status === this.#last) return;
    this.#last = job.status;
    const states = await this.#states();
    this.#terminal.rewrite('');
    if (this.#shown === 0)
      this.#shown = 1 + (states?.findLastIndex(({ status }) => status === this.#after) ?? 0);
    if (states === undefined) {
      this.#terminal.say(jobStateWords(job));
      return;
    }
    for (const line of renderStates(states, job).slice(this.#shown)) this.#terminal.say(line);
    this.#shown = states.length;
  }

  /** A server that is not ours, or keys that may only list, do not tell. */
  async #states() {
    if (!this.#isTold) return undefined;
    try {
      return await readJobStates(this.#aws, this.#region, this.#jobId);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      this.#isTold = false;
      return undefined;
    }
  }
}

/** How a job ended, in one line; the exit code is 1 unless everything went well. */
export function verdict(job: JobView): { readonly text: string; readonly code: number } {
  const { status, total = 0, succeeded, failed, failures } = job;
  const reasons = failures.map(({ reason }) => reason).join(' ');
  const counts = `${number(succeeded)} of ${counted(total, 'object')} succeeded, ${number(failed)} failed`;
  const text = `${jobStateWords(job)}: ${reasons === '' ? counts : reasons}`;
  return { text, code: status === 'Complete' && failed === 0 ? 0 : 1 };
}
