import { expect, it } from 'vitest';
import type { JobStatus } from '../store/tables/job-rows.ts';
import { mayPrepare, nextToPrepare } from './preparing-order.ts';
import type { ScheduledJob } from './schedule.ts';

let created = 0;

/** Each younger than the one before. */
function job(jobId: string, account: string, status: JobStatus = 'New'): ScheduledJob {
  created += 1;
  return { jobId, account, status, priority: 1, createdAtMs: created, bucket: '' };
}

it('the oldest are prepared first, two of an account and four in all', () => {
  const jobs = [
    job('a1', 'a'),
    job('a2', 'a'),
    job('a3', 'a'),
    job('b1', 'b'),
    job('c1', 'c'),
    job('d1', 'd'),
  ];
  expect(nextToPrepare(jobs)).toEqual(['a1', 'a2', 'b1', 'c1']);
  expect(nextToPrepare(jobs.toReversed())).toEqual(['a1', 'a2', 'b1', 'c1']);
});

it('what is being prepared takes its place', () => {
  const jobs = [job('a1', 'a', 'Preparing'), job('a2', 'a', 'Preparing'), job('a3', 'a'), job('b1', 'b')];
  expect(nextToPrepare(jobs)).toEqual(['b1']);
  expect([mayPrepare(jobs, 'a'), mayPrepare(jobs, 'b')]).toEqual([false, true]);
  const full = [...jobs, job('c1', 'c', 'Preparing'), job('c2', 'c', 'Preparing')];
  expect(nextToPrepare(full)).toEqual([]);
  expect(mayPrepare(full, 'b')).toBe(false);
});

it('jobs in other states have no part in it', () => {
  const jobs = (['Suspended', 'Ready', 'Active', 'Complete'] as const).map((status) =>
    job(status, 'a', status),
  );
  expect(nextToPrepare([...jobs, job('a1', 'a')])).toEqual(['a1']);
});
