import { PREPARING_JOBS_MAX, PREPARING_JOBS_OF_ACCOUNT_MAX } from './limits.ts';

/** A job whose manifest is being read or generated, or waits for its turn. */
export interface PreparingJob {
  readonly jobId: string;
  readonly account: string;
  readonly createdAtMs: number;
  readonly stage: 'waits' | 'prepares';
}

/** Whether there is room to prepare one more job of this account. */
export function mayPrepare(jobs: readonly PreparingJob[], account: string): boolean {
  const preparing = jobs.filter(({ stage }) => stage === 'prepares');
  const ofAccount = preparing.filter((job) => job.account === account);
  return preparing.length < PREPARING_JOBS_MAX && ofAccount.length < PREPARING_JOBS_OF_ACCOUNT_MAX;
}

/** The jobs that there is room for, the oldest first: no more, as each of thousands that wait would be looked at
 * whenever one of them goes on. */
export function nextToPrepare(jobs: readonly PreparingJob[]): string[] {
  const preparing = jobs.filter(({ stage }) => stage === 'prepares');
  const room = PREPARING_JOBS_MAX - preparing.length;
  const next: string[] = [];
  if (room <= 0) return next;
  const busy = Map.groupBy(preparing, ({ account }) => account);
  const taken = new Map([...busy].map(([account, { length }]) => [account, length]));
  const waiting = jobs.filter(({ stage }) => stage === 'waits');
  for (const { jobId, account } of waiting.toSorted((one, other) => one.createdAtMs - other.createdAtMs)) {
    const beside = taken.get(account) ?? 0;
    if (beside >= PREPARING_JOBS_OF_ACCOUNT_MAX) continue;
    taken.set(account, beside + 1);
    next.push(jobId);
    if (next.length === room) break;
  }
  return next;
}
