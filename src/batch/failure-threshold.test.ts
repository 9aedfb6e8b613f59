import { describe, expect, test } from 'vitest';
import type { TaskResult } from '../store/tables/job-rows.ts';
import { countResults, isOverThreshold } from './failure-threshold.ts';

describe('the boundary cases of the reference, 6.2', () => {
  test.each([
    [999, 999, false],
    [1_000, 500, false],
    [1_000, 501, true],
    [1_001, 501, true],
    [1_000, 900, true],
    [900, 600, false],
    [2_000_000, 1_000_000, false],
    [2_000_000, 1_000_001, true],
  ])('%i run, %i failed: over is %s', (run, failed, over) => {
    expect(isOverThreshold({ succeeded: run - failed, failed })).toBe(over);
  });
});

const good: TaskResult = { succeeded: true, message: 'success' };
const bad: TaskResult = { succeeded: false, httpStatus: 500, code: 'SrcObjectNotEligible', message: '' };
const times = (count: number, result: TaskResult | null) => Array.from({ length: count }, () => result);

test('a chunk is looked at task by task: what follows does not save the job', () => {
  const before = { succeeded: 499, failed: 500 };
  expect(countResults(before, [bad, ...times(100, good)])).toEqual({
    succeeded: 599,
    failed: 501,
    overThreshold: true,
  });
  expect(countResults(before, [good, bad])).toMatchObject({ overThreshold: true });
  expect(countResults(before, [good, good, bad])).toMatchObject({ overThreshold: false });
});

test('a task that was never run counts nowhere', () => {
  const counted = countResults({ succeeded: 0, failed: 0 }, [null, good, null, bad]);
  expect(counted).toEqual({ succeeded: 1, failed: 1, overThreshold: false });
});
