import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { JobState, JobView } from './job-view.ts';
import { renderJob, renderStates } from './render-job.ts';

const job: JobView = {
  id: '6f0c2a3e-5b1d-4f7a-9c38-0d1e2f3a4b5c',
  status: 'Suspended',
  operation: 'S3ReplicateObject',
  bucket: 'photos',
  priority: 10,
  total: 1204,
  succeeded: 0,
  failed: 0,
  activeSeconds: 0,
  created: new Date(2026, 10, 21, 14, 31, 2),
  role: 'arn:aws:iam::111122223333:role/batch',
  report: { bucket: 'reports', prefix: 'backfill/', scope: 'AllTasks' },
  failures: [],
};
const states: readonly JobState[] = [
  { status: 'New', at: new Date(2026, 10, 21, 14, 31, 2, 7) },
  { status: 'Preparing', at: new Date(2026, 10, 21, 14, 31, 2, 9) },
  { status: 'Suspended', at: new Date(2026, 10, 21, 14, 31, 3), cause: 'waits for confirmation' },
];
const page = (shown: JobView, known: readonly JobState[] | undefined) =>
  stripVTControlCharacters(renderJob(shown, known, 80));

describe('the page of a job', () => {
  it('says where it stands, all that is known, every state, and what to type next', () => {
    expect(page(job, states)).toBe(`Job 6f0c2a3e-5b1d-4f7a-9c38-0d1e2f3a4b5c
Awaiting your confirmation to run

Source        photos
Operation     Replicate
Objects       1,204
Priority      10
Role          arn:aws:iam::111122223333:role/batch
Report        s3://reports/backfill/job-6f0c2a3e-5b1d-4f7a-9c38-0d1e2f3a4b5c/
Created       2026-11-21 14:31:02

14:31:02.007  New
14:31:02.009  Preparing
14:31:03.000  Awaiting your confirmation to run  1,204 objects

To run it on 1,204 objects: holdfast jobs run 6f0c2a3e-5b1d-4f7a-9c38-0d1e2f3a4b5c`);
  });

  it('says why a job failed', () => {
    const failures = [{ code: 'ManifestGenerationNoKeys', reason: 'No object matches the filter.' }];
    const { total: _, ...uncounted } = job;
    const text = page({ ...uncounted, status: 'Failed', failures }, undefined);
    expect(text).toContain('\nFailed\n');
    expect(text).toContain('Objects       not counted yet\n');
    expect(text).toContain('Why           No object matches the filter. (ManifestGenerationNoKeys)\n');
    // It ran nothing, so there is no report to check.
    expect(text).not.toContain('holdfast jobs report');
  });

  it('has a bar while the job runs, and numbers when it has ended', () => {
    const active = { ...job, status: 'Active', succeeded: 600, failed: 2, activeSeconds: 2 } as const;
    expect(page(active, states)).toMatch(/^█+░+ +50% {2}602\/1,204 {2}2 failed {2}301\/s {2}2 s left$/m);
    const ended = page({ ...active, status: 'Complete', succeeded: 1202 }, states);
    expect(ended).toContain('\nCompleted with failures (2)\n');
    expect(ended).toContain('Objects       1,204: 1,202 succeeded, 2 failed\n');
    expect(ended).toContain('\nTo check its report: holdfast jobs report 6f0c2a3e');
    const cancelled = page({ ...active, status: 'Cancelled' }, states);
    expect(cancelled).toContain('Objects       1,204: 600 succeeded, 2 failed, 602 not run\n');
  });

  it('names the day where the states are of several', () => {
    const later = [...states, { status: 'Ready', at: new Date(2026, 10, 23, 8, 0, 0) } as const];
    const lines = renderStates(later, job).map((line) => stripVTControlCharacters(line));
    expect(lines[0]).toBe('2026-11-21 14:31:02.007  New');
    expect(lines[3]).toBe('2026-11-23 08:00:00.000  Ready');
  });
});
