import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { JobView } from './job-view.ts';
import { percentDone, progressLine, progressWords, RateMeter } from './progress.ts';

const job: JobView = {
  id: '6f0c2a3e-5b1d-4f7a-9c38-0d1e2f3a4b5c',
  status: 'Active',
  operation: 'S3ReplicateObject',
  priority: 10,
  total: 1204,
  succeeded: 540,
  failed: 3,
  activeSeconds: 2,
  created: new Date(0),
  failures: [],
};
const { total: _, ...uncounted } = job;
const line = (shown: JobView, perSecond: number | undefined, width: number) =>
  stripVTControlCharacters(progressLine(shown, perSecond, width));

describe('RateMeter', () => {
  it('knows no rate before something moves, then that of the last ten seconds', () => {
    const meter = new RateMeter();
    expect(meter.perSecond).toBeUndefined();
    meter.note(0, 0);
    meter.note(1000, 0);
    expect(meter.perSecond).toBeUndefined();
    meter.note(2000, 100);
    expect(meter.perSecond).toBe(50);
    for (let atMs = 3000; atMs <= 30_000; atMs += 1000) meter.note(atMs, 100 + (atMs - 2000) / 10);
    expect(meter.perSecond).toBeCloseTo(100);
  });
});

describe('progress', () => {
  it('is rounded down, so that 100 means all', () => {
    expect(percentDone({ ...job, total: 1000, succeeded: 996 })).toBe(99);
    expect(percentDone(uncounted)).toBeUndefined();
    expect(progressWords(job)).toBe('45% of 1,204');
    expect(progressWords(uncounted)).toBe('-');
  });

  it('is a bar with rate and time left, which keeps its length', () => {
    const bar = (filled: number, empty: number) => `${'█'.repeat(filled)}${'░'.repeat(empty)}`;
    expect(line(job, 330.4, 80)).toBe(`${bar(11, 14)}  45%  543/1,204  3 failed  330/s  2 s left`);
    const well = { ...job, failed: 0 };
    expect(line({ ...well, succeeded: 0 }, undefined, 80)).toBe(`${bar(0, 35)}   0%  0/1,204`);
    expect(line({ ...well, succeeded: 1204 }, 330, 80)).toBe(`${bar(35, 0)} 100%  1,204/1,204  330/s`);
  });

  it.each([40, 80, 100, 120])('fits into %i columns with large numbers', (width) => {
    const large = { ...job, total: 19_999_999, succeeded: 9_123_456, failed: 123_456 };
    expect(line(large, 1234, width).length).toBeLessThanOrEqual(width);
  });
});
