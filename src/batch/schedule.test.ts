import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ScheduledJob, schedule } from './schedule.ts';

const LIMITS = { activeMax: 6, activeOfBucketMax: 16 };

function job(jobId: string, more: Partial<ScheduledJob> = {}): ScheduledJob {
  return {
    jobId,
    account: '111122223333',
    status: 'Ready',
    priority: 1,
    createdAtMs: 0,
    bucket: `bucket of ${jobId}`,
    ...more,
  };
}

describe('with room for one', () => {
  const one = { ...LIMITS, activeMax: 1 };

  test('the higher priority starts, however young', () => {
    const jobs = [job('low'), job('high', { priority: 2, createdAtMs: 9 })];
    expect(schedule(jobs, one)).toEqual({ start: ['high'], pause: [] });
  });

  test('a running job makes room for a higher priority, and comes back', () => {
    const high = job('high', { priority: 2 });
    expect(schedule([job('low', { status: 'Active' }), high], one)).toEqual({ start: [], pause: ['low'] });
    expect(schedule([job('low', { status: 'Pausing' }), high], one)).toEqual({ start: ['high'], pause: [] });
    const low = job('low', { status: 'Paused' });
    expect(schedule([low, { ...high, status: 'Active' }], one)).toEqual({ start: [], pause: [] });
    expect(schedule([low, { ...high, status: 'Completing' }], one)).toEqual({ start: ['low'], pause: [] });
  });

  test('equal priorities: who runs goes on, then the oldest', () => {
    const old = job('old', { createdAtMs: 1 });
    const young = job('young', { createdAtMs: 2 });
    expect(schedule([young, old], one)).toEqual({ start: ['old'], pause: [] });
    expect(schedule([{ ...young, status: 'Active' }, old], one)).toEqual({ start: [], pause: [] });
  });

  test('jobs of the same bucket run beside each other', () => {
    const jobs = ['a', 'b', 'c'].map((jobId) => job(jobId, { bucket: 'same' }));
    expect(schedule(jobs, one)).toEqual({ start: ['a', 'b', 'c'], pause: [] });
    expect(schedule(jobs, { ...one, activeOfBucketMax: 2 })).toEqual({ start: ['a', 'b'], pause: [] });
  });

  test('accounts do not know of each other', () => {
    const jobs = [job('mine'), job('theirs', { account: '444455556666' })];
    expect(schedule(jobs, one).start.toSorted()).toEqual(['mine', 'theirs']);
  });
});

test('six buckets of an account, as at AWS', () => {
  const jobs = Array.from({ length: 8 }, (_, index) => job(`job-${index}`, { createdAtMs: index }));
  expect(schedule(jobs, LIMITS).start).toEqual(['job-0', 'job-1', 'job-2', 'job-3', 'job-4', 'job-5']);
});

test('no job waits while a less urgent one of its account holds a place that it could have', () => {
  const arbitrary = fc.record({
    status: fc.constantFrom('Ready' as const, 'Paused' as const, 'Active' as const, 'Pausing' as const),
    priority: fc.nat(3),
    createdAtMs: fc.nat(5),
    bucket: fc.constantFrom('a', 'b', 'c', 'd'),
  });
  fc.assert(
    fc.property(
      fc.array(arbitrary, { maxLength: 12 }),
      fc.integer({ min: 1, max: 3 }),
      (parts, activeMax) => {
        const jobs = parts.map((part, index) => job(`job-${index}`, part));
        const limits = { activeMax, activeOfBucketMax: 2 };
        const { pause } = schedule(jobs, limits);
        const paused = jobs.map((one) =>
          pause.includes(one.jobId) ? { ...one, status: 'Paused' as const } : one,
        );
        const { start, pause: none } = schedule(paused, limits);
        expect(none).toEqual([]);
        const after = paused.map((one) =>
          start.includes(one.jobId) ? { ...one, status: 'Active' as const } : one,
        );
        const runs = after.filter(({ status }) => status === 'Active');
        expect(new Set(runs.map(({ bucket }) => bucket)).size).toBeLessThanOrEqual(activeMax);
        for (const ofBucket of Map.groupBy(runs, ({ bucket }) => bucket).values())
          expect(ofBucket.length).toBeLessThanOrEqual(2);
        const byBucket = Map.groupBy(runs, ({ bucket }) => bucket);
        for (const waiting of after.filter(({ status }) => status === 'Ready' || status === 'Paused')) {
          const isBefore = ({ priority }: ScheduledJob) => priority >= waiting.priority;
          const beside = byBucket.get(waiting.bucket);
          if (beside !== undefined) expect(beside.every(isBefore)).toBe(true);
          else for (const ofBucket of byBucket.values()) expect(ofBucket.some(isBefore)).toBe(true);
        }
        // Decided once, it stays so.
        expect(schedule(after, limits)).toEqual({ start: [], pause: [] });
      },
    ),
  );
});
