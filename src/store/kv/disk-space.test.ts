import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { watchDiskSpace } from './disk-space.ts';

const MIB = 2 ** 20;
let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-space-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const ballastBytes = () => statSync(join(directory, 'ballast'), { throwIfNoEntry: false })?.size ?? 0;

describe('on a disk of 64 MiB', () => {
  test('bodies are refused first, then the ballast goes, then everything is refused, and all comes back', async () => {
    let freeBytes = 60 * MIB;
    const disk = watchDiskSpace(directory, () => ({ freeBytes, totalBytes: 64 * MIB }));
    await disk.prepare();
    expect(ballastBytes()).toBe(4 * MIB);
    expect(disk.refusal('with-bytes')).toBeUndefined();

    freeBytes = 7 * MIB;
    for (let asked = 0; asked < 32; asked += 1) disk.refusal('without-bytes');
    expect(disk.refusal('with-bytes')).toContain('nearly full');
    expect(disk.refusal('without-bytes')).toBeUndefined();
    expect(ballastBytes()).toBe(4 * MIB);

    freeBytes = MIB;
    expect(disk.refusal('without-bytes')).toBeUndefined();
    expect(ballastBytes()).toBe(0);
    expect(disk.refusal('without-bytes')).toBe('the disk is full');

    freeBytes = 40 * MIB;
    expect(disk.refusal('with-bytes')).toBeUndefined();
    await disk.prepare();
    expect(ballastBytes()).toBe(4 * MIB);
  });

  test('no ballast is made where there is no room for it', async () => {
    const disk = watchDiskSpace(directory, () => ({ freeBytes: 10 * MIB, totalBytes: 64 * MIB }));
    await disk.prepare();
    expect(ballastBytes()).toBe(0);
  });

  test('a disk that goes away is a refusal, until it is back', () => {
    let gone = false;
    const disk = watchDiskSpace(directory, () => {
      if (gone) throw new Error('ENOENT: no such file or directory, statfs');
      return { freeBytes: 60 * MIB, totalBytes: 64 * MIB };
    });
    gone = true;
    for (let asked = 0; asked < 16; asked += 1) disk.refusal('without-bytes');
    expect(disk.refusal('without-bytes')).toContain('the disk does not answer: ENOENT');
    gone = false;
    expect(disk.refusal('with-bytes')).toBeUndefined();
  });
});
