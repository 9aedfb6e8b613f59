import { expect, test } from 'vitest';
import { JOB_STATUSES, type JobRow, type JobStatus } from '../store/tables/job-rows.ts';
import { jobStates, jobs } from '../store/tables/jobs.ts';
import { enterState, isTerminal, mayEnter, newJobWrites, requestedStatus } from './transition.ts';

const job: JobRow = {
  jobId: '6f0c2a3e-5b1d-4f7a-9c38-0d1e2f3a4b5c',
  account: '111122223333',
  createdAtMs: 1_000,
  operation: { name: 'S3ReplicateObject' },
  source: { kind: 'generator', sourceBucket: 'arn:aws:s3:::source', filter: {} },
  report: { enabled: false },
  roleArn: 'arn:aws:iam::111122223333:role/batch',
  confirmationRequired: true,
  tags: [],
  clientRequestToken: 'token',
  status: 'New',
  priority: 1,
  failureReasons: [],
  activeMs: 0,
  statesEntered: 1,
};

function through(...path: readonly (readonly [JobStatus, number])[]): JobRow {
  return path.reduce((before, [status, atMs]) => enterState(before, status, { atMs }).job, job);
}

test('the moves of the reference, and no other', () => {
  const moves = JOB_STATUSES.flatMap((from) =>
    JOB_STATUSES.filter((to) => mayEnter(from, to)).map((to) => `${from} ${to}`),
  );
  expect(moves.toSorted()).toEqual(
    [
      'New Preparing',
      'Preparing Suspended',
      'Preparing Ready',
      'Suspended Ready',
      'Ready Active',
      'Active Completing',
      'Completing Complete',
      'Active Pausing',
      'Pausing Paused',
      'Paused Active',
      'Suspended Cancelled',
      ...['New', 'Preparing', 'Ready', 'Active', 'Pausing', 'Paused'].map((from) => `${from} Cancelling`),
      'Cancelling Cancelled',
      ...['Preparing', 'Active', 'Completing'].map((from) => `${from} Failing`),
      'Failing Failed',
      'Suspended Failed',
    ].toSorted(),
  );
  expect(JOB_STATUSES.filter(isTerminal)).toEqual(['Complete', 'Cancelled', 'Failed']);
});

test('what a user may ask for', () => {
  const answers = (requested: 'Ready' | 'Cancelled') =>
    JOB_STATUSES.map((status) => requestedStatus(status, requested) ?? '-').join(' ');
  expect(answers('Ready')).toBe('- - Ready - - - - - - - - - -');
  expect(answers('Cancelled')).toBe(
    'Cancelling Cancelling Cancelled Cancelling Cancelling Cancelling Cancelling - - Cancelling - - -',
  );
});

test('only time in Active counts as active', () => {
  const paused = through(
    ['Preparing', 2_000],
    ['Ready', 3_000],
    ['Active', 4_000],
    ['Pausing', 9_000],
    ['Paused', 11_000],
  );
  expect(paused.activeMs).toBe(5_000);
  expect(paused).not.toHaveProperty('activeSinceMs');
  const again = enterState(paused, 'Active', { atMs: 20_000 }).job;
  expect(again.activeSinceMs).toBe(20_000);
  expect(enterState(again, 'Completing', { atMs: 21_000 }).job.activeMs).toBe(6_000);
  expect(enterState(again, 'Completing', { atMs: 1_000 }).job.activeMs).toBe(5_000);
});

test('a job that was confirmed keeps the date of its suspension, not the cause', () => {
  const suspended = through(['Preparing', 2_000], ['Suspended', 3_000]);
  expect(suspended).toMatchObject({ suspendedAtMs: 3_000, suspendedCause: 'AWAITING_CONFIRMATION' });
  const ready = enterState(suspended, 'Ready', { atMs: 9_000 }).job;
  expect(ready.suspendedAtMs).toBe(3_000);
  expect(ready).not.toHaveProperty('suspendedCause');
});

test('the time of the report stays; the end has its time', () => {
  const completing = through(
    ['Preparing', 2_000],
    ['Ready', 3_000],
    ['Active', 4_000],
    ['Completing', 5_000],
  );
  const failure = { code: 'ReportWriteFailed', reason: 'gone' };
  const failing = enterState(completing, 'Failing', { atMs: 6_000, failure }).job;
  expect(failing).toMatchObject({ reportedAtMs: 5_000, failureReasons: [failure] });
  expect(failing).not.toHaveProperty('terminatedAtMs');
  expect(enterState(failing, 'Failed', { atMs: 7_000 }).job.terminatedAtMs).toBe(7_000);
});

test('every state entered is a row', () => {
  expect(newJobWrites(job)).toContainEqual(jobStates.put({ status: 'New', atMs: 1_000 }, job.jobId, 0));
  const preparing = enterState(job, 'Preparing', { atMs: 2_000, cause: 'the manifest is read' });
  expect(preparing.writes).toEqual([
    jobs.put(preparing.job, job.jobId),
    jobStates.put({ status: 'Preparing', atMs: 2_000, cause: 'the manifest is read' }, job.jobId, 1),
  ]);
  expect(preparing.job.statesEntered).toBe(2);
  expect(() => enterState(job, 'Active', { atMs: 0 })).toThrow(RangeError);
});
