import { describe, expect, it } from 'vitest';
import { readArguments } from '../arguments.ts';
import { JOB_FLAGS, JOB_VALUES, readJobRequest } from './job-request.ts';

const read = (...words: string[]) =>
  readJobRequest('photos', readArguments(words, { values: JOB_VALUES, flags: JOB_FLAGS }));

describe('jobs create', () => {
  it('waits for confirmation on everything, with a report of all tasks, unless told otherwise', () => {
    expect(read()).toEqual({
      bucket: 'photos',
      filter: { EligibleForReplication: true },
      report: { bucket: 'photos-reports', failedOnly: false },
      priority: 10,
      description: 'Replicate existing objects of photos',
      role: 'new',
      waits: true,
    });
  });

  it('takes every filter', () => {
    const given = ['--filter', 'none,failed', '--prefix', 'raw/', '--suffix', '.jpg'];
    const times = ['--created-after', '2026-01-01', '--created-before', '2026-06-01T12:00:00Z'];
    expect(read(...given, ...times).filter).toEqual({
      EligibleForReplication: true,
      ObjectReplicationStatuses: ['NONE', 'FAILED'],
      CreatedAfter: new Date('2026-01-01T00:00:00Z'),
      CreatedBefore: new Date('2026-06-01T12:00:00Z'),
      KeyNameConstraint: { MatchAnyPrefix: ['raw/'], MatchAnySuffix: ['.jpg'] },
    });
    expect(read('--filter', 'all').filter).toEqual({ EligibleForReplication: true });
  });

  it('takes the rest', () => {
    const role = 'arn:aws:iam::111122223333:role/mine';
    expect(read('--run', '--no-report', '--priority', '3', '--description', 'd', '--role', role)).toEqual({
      bucket: 'photos',
      filter: { EligibleForReplication: true },
      priority: 3,
      description: 'd',
      role,
      waits: false,
    });
    expect(read('--report-bucket', 'r', '--report-prefix', 'p', '--failed-only').report).toEqual({
      bucket: 'r',
      prefix: 'p',
      failedOnly: true,
    });
  });

  it.each([
    [['--filter', 'pending'], /^--filter is all, or one or more of none,failed,completed,replica/],
    [['--created-after', 'yesterday'], /^--created-after is a time such as/],
    [['--priority', '-1'], /priority/],
    [['--role', 'mine'], /^--role is "new", or an ARN/],
    [['--wait', '--run'], /^Type --wait or --run/],
    [['--no-report', '--report-bucket', 'b'], /^Type --report-bucket or --no-report/],
    [['--no-report', '--failed-only'], /^Type --failed-only or --no-report/],
  ])('%s is a sentence', (words, complaint) => {
    expect(() => read(...words)).toThrow(complaint);
  });
});
