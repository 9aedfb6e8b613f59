import { constants, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import type * as Files from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PAGE_BYTES } from '../../../lib/page-aligned.ts';
import { SpareSegment } from './spare-segment.ts';

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof Files>();
  return { ...real, open: vi.fn<typeof open>(real.open) };
});

/** One slow sync on a busy machine takes longer than the second that is the default. */
const PATIENCE = { timeout: 20_000 };

let folder = '';
let spare: SpareSegment;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-spare-'));
  spare = new SpareSegment(folder, 3 * PAGE_BYTES);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await spare.close();
  rmSync(folder, { recursive: true });
});

const flagsOfLast = () => Number(vi.mocked(open).mock.lastCall?.[1]);

/** Grows once, and waits for what becomes of it. */
async function growRefused(code: string): Promise<void> {
  vi.mocked(open).mockImplementationOnce(() => Promise.reject(Object.assign(new Error(code), { code })));
  spare.grow();
  await spare.close();
}

test('is made of zeros, step by step, and becomes the file that is asked for', async () => {
  spare.grow();
  await expect.poll(() => spare.bytes, PATIENCE).toBe(3 * PAGE_BYTES);
  spare.grow();
  await expect.poll(() => spare.bytes, PATIENCE).toBe(6 * PAGE_BYTES);
  const path = join(folder, '1');
  expect(spare.take(path)).toBe(true);
  expect(readFileSync(path).equals(Buffer.alloc(6 * PAGE_BYTES))).toBe(true);
  expect(spare.bytes).toBe(0);
  expect(spare.take(path)).toBe(false);
});

test.runIf(constants.O_DIRECT)('goes through the page cache where the disk knows no other way', async () => {
  await growRefused('EINVAL');
  expect(flagsOfLast() & constants.O_DIRECT).not.toBe(0);
  spare.grow();
  await expect.poll(() => spare.bytes, PATIENCE).toBe(3 * PAGE_BYTES);
  expect(flagsOfLast() & constants.O_DIRECT).toBe(0);
  expect(statSync(join(folder, 'spare')).size).toBe(spare.bytes);
});

test('is done without where there is no room, until the next segment', async () => {
  await growRefused('ENOSPC');
  expect(existsSync(join(folder, 'spare'))).toBe(false);
  const tries = vi.mocked(open).mock.calls.length;
  spare.grow();
  expect(vi.mocked(open).mock.calls.length).toBe(tries);
  expect(spare.take(join(folder, '1'))).toBe(false);
  spare.grow();
  await expect.poll(() => spare.bytes, PATIENCE).toBe(3 * PAGE_BYTES);
});
