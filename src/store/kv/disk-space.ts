import { Buffer } from 'node:buffer';
import { rmSync, statfsSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../lib/error-message.ts';
import type { Admission } from './commit-queue.ts';

/** Keeps deletes working on a full disk.
 *
 * States by free space
 *   roomy     above the low-water mark: everything passes, and the ballast file lies ready
 *   low       below it: nothing with bodies passes; what is small (deletes, settlements, configuration) does
 *   critical  below the floor: the ballast is given up, which makes room for many more small commits
 *   full      below the floor without ballast: nothing passes, so that the engine itself never hits the end */
export interface DiskSpace extends Admission {
  readonly totalBytes: number;
  /** Gives the ballast up when the disk is full: before the engine is opened, which writes, too. */
  makeRoom(): void;
  /** Makes the ballast file if there is none and room for it. */
  prepare(): Promise<void>;
}

const MIB = 2 ** 20;
const BALLAST_FILE = 'ballast';
/** On a small disk, shares of it instead. */
const LOW_WATER_BYTES_MAX = 256 * MIB;
const LOW_WATER_SHARE = 1 / 8;
const BALLAST_BYTES_MAX = 32 * MIB;
const BALLAST_SHARE = 1 / 16;
const FLOOR_BYTES_MAX = 16 * MIB;
const FLOOR_SHARE = 1 / 32;
/** Asking the file system costs microseconds, so it is asked once for this many questions, or each time below
 * twice the low-water mark. */
const ASK_EACH = 16;

export interface Space {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** With less than this free on a disk of `totalBytes`, nothing with a body is taken. */
export function lowWaterBytes(totalBytes: number): number {
  return Math.min(LOW_WATER_BYTES_MAX, totalBytes * LOW_WATER_SHARE);
}

/** `space` is asked for the file system of `directory`; replaced in tests. */
export function watchDiskSpace(directory: string, space: () => Space = () => spaceOf(directory)): DiskSpace {
  const ballast = join(directory, BALLAST_FILE);
  let last = space();
  let asked = 0;
  const lowWater = lowWaterBytes(last.totalBytes);
  const floor = Math.min(FLOOR_BYTES_MAX, last.totalBytes * FLOOR_SHARE);
  const ballastBytes = Math.floor(Math.min(BALLAST_BYTES_MAX, last.totalBytes * BALLAST_SHARE));
  let preparing: Promise<void> | undefined;

  let fresh = true;
  const free = (): number => {
    asked += 1;
    fresh = asked % ASK_EACH === 1 || last.freeBytes < lowWater * 2;
    if (fresh) last = space();
    return last.freeBytes;
  };
  const prepare = async () => {
    if (sizeOf(ballast) === ballastBytes || space().freeBytes < lowWater + 2 * ballastBytes) return;
    await writeBallast(ballast, ballastBytes);
  };
  const refusal: Admission['refusal'] = (commit) => {
    const freeBytes = free();
    if (freeBytes >= lowWater) {
      if (!fresh || last.freeBytes < lowWater * 2 || sizeOf(ballast) === ballastBytes) return undefined;
      preparing ??= prepare()
        .catch(() => {})
        .finally(() => {
          preparing = undefined;
        });
      return undefined;
    }
    if (commit === 'with-bytes')
      return `the disk is nearly full: ${Math.floor(freeBytes / MIB)} MiB are free`;
    if (freeBytes >= floor) return undefined;
    if (sizeOf(ballast) > 0) {
      rmSync(ballast, { force: true });
      return undefined;
    }
    return 'the disk is full';
  };
  return {
    totalBytes: last.totalBytes,
    prepare,
    makeRoom() {
      if (space().freeBytes < floor) rmSync(ballast, { force: true });
    },
    refusal(commit) {
      try {
        return refusal(commit);
      } catch (error) {
        // A disk that went away. Asked again next time: it may come back.
        asked = 0;
        return `the disk does not answer: ${messageOf(error)}`;
      }
    },
  };
}

function spaceOf(directory: string): Space {
  const { bavail, blocks, bsize } = statfsSync(directory);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** Zeros that are really written: a sparse file would hold no space. */
async function writeBallast(path: string, bytes: number): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    const chunk = Buffer.alloc(MIB);
    for (let at = 0; at < bytes; at += MIB) await file.write(chunk, 0, Math.min(MIB, bytes - at));
    await file.datasync();
  } finally {
    await file.close();
  }
}
