import { expect, it } from 'vitest';
import { mayPrepare, nextToPrepare, type PreparingJob } from './preparing-order.ts';

let created = 0;

/** Each younger than the one before. */
function job(jobId: string, account: string, stage: PreparingJob['stage'] = 'waits'): PreparingJob {
  created += 1;
  return { jobId, account, stage, createdAtMs: created };
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
  const jobs = [job('a1', 'a', 'prepares'), job('a2', 'a', 'prepares'), job('a3', 'a'), job('b1', 'b')];
  expect(nextToPrepare(jobs)).toEqual(['b1']);
  expect([mayPrepare(jobs, 'a'), mayPrepare(jobs, 'b')]).toEqual([false, true]);
  const full = [...jobs, job('c1', 'c', 'prepares'), job('c2', 'c', 'prepares')];
  expect(nextToPrepare(full)).toEqual([]);
  expect(mayPrepare(full, 'b')).toBe(false);
});
