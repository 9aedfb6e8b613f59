import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { JobView } from './job-view.ts';
import { renderJobTable } from './table.ts';

const job = (more: Partial<JobView>): JobView => ({
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
  failures: [],
  ...more,
});
const table = (jobs: readonly JobView[], width: number) =>
  renderJobTable(jobs, width).map((line) => stripVTControlCharacters(line));

describe('the table of jobs', () => {
  it('has one job a line, in the words of the console', () => {
    const ended = job({ status: 'Complete', succeeded: 1201, failed: 3 });
    expect(table([job({}), ended], 140)).toEqual([
      'JOB                                   STATE                        BUCKET  OPERATION  PROGRESS       CREATED',
      '6f0c2a3e-5b1d-4f7a-9c38-0d1e2f3a4b5c  Awaiting your confirmation   photos  Replicate  0% of 1,204    2026-11-21 14:31:02',
      '6f0c2a3e-5b1d-4f7a-9c38-0d1e2f3a4b5c  Completed with failures (3)  photos  Replicate  100% of 1,204  2026-11-21 14:31:02',
    ]);
  });

  it('is as narrow as the terminal: ids first, then the operation, then names of buckets', () => {
    expect(table([job({})], 100)).toEqual([
      'JOB       STATE                       BUCKET  OPERATION  PROGRESS     CREATED',
      '6f0c2a3e  Awaiting your confirmation  photos  Replicate  0% of 1,204  2026-11-21 14:31',
    ]);
    expect(table([job({})], 80)).toEqual([
      'JOB       STATE                       BUCKET  PROGRESS     CREATED',
      '6f0c2a3e  Awaiting your confirmation  photos  0% of 1,204  2026-11-21 14:31',
    ]);
  });

  it('fits into 80 columns whatever the bucket is called', () => {
    const bucket = 'a-bucket-with-a-name-as-long-as-names-of-buckets-are-allowed-to';
    const jobs = [job({ bucket }), job({ bucket: 'b', status: 'Complete', succeeded: 12_001 })];
    for (const line of table(jobs, 80)) expect(line.length).toBeLessThanOrEqual(80);
    expect(table(jobs, 80)[1]).toContain('a-bucket…');
  });
});
