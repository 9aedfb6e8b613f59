import { Buffer } from 'node:buffer';
import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, unlinkSync } from 'node:fs';
import { syncDirectory } from '../../durable-file.ts';
import type { Checkpoint } from './checkpoint.ts';
import { BATCH_HEADER_BYTES, batchBytes, entriesOf, type LogEntry, readBatch } from './log-batch.ts';
import { readFully } from './read-fully.ts';
import { segmentPath, segmentsIn } from './segment-names.ts';
import { writeFully } from './write-fully.ts';

/** Acknowledged writes cannot be read back: nothing is started on what is left. */
export class LogDamagedError extends Error {
  override readonly name = 'LogDamagedError';
}

/** @param entry its `value` is an offset in the segment */
export type ApplyEntry = (entry: LogEntry, segment: number) => void;

/** Reads what was written from a checkpoint on, batch by batch, and cuts off what a crash left behind the last of each
 * segment: a batch that was never acknowledged, or zeros. What it has read is on stable storage when it returns.
 * @returns the number of the batch that comes next
 * @throws LogDamagedError where one is missing in front of others */
export function replay(folder: string, from: Checkpoint, apply: ApplyEntry): number {
  let { number } = from;
  for (const segment of segmentsIn(folder)) {
    if (segment < from.segment) continue;
    const start = segment === from.segment ? from.offset : 0;
    number = replaySegment({ folder, segment, start, number }, apply);
  }
  return number;
}

interface Segment {
  readonly folder: string;
  readonly segment: number;
  readonly start: number;
  readonly number: number;
}

function replaySegment({ folder, segment, start, number }: Segment, apply: ApplyEntry): number {
  const path = segmentPath(folder, segment);
  const file = openSync(path, 'r+');
  let next = number;
  let end = start;
  let last: Buffer = NO_BYTES;
  try {
    for (;;) {
      const bytes = readBatchAt(file, end);
      const batch = readBatch(bytes, 0);
      if (batch === undefined || batch === 'cut' || batch.number !== next) {
        refuseLaterBatches({ file, end, bytes, next, segment });
        break;
      }
      for (const entry of entriesOf(bytes, batch)) {
        apply(entry.kind === 'put' ? { ...entry, value: end + entry.value } : entry, segment);
      }
      next += 1;
      end += bytes.length;
      last = bytes;
    }
    makeDurable(file, end, last);
  } finally {
    closeSync(file);
  }
  if (end === 0) {
    unlinkSync(path);
    syncDirectory(folder);
  }
  return next;
}

/** A process that was killed before its sync left a batch that only the page cache has: what is made of it here must not
 * outlive it. It is written again, because after a sync that failed the cache may call it clean.
 * @param last the batch before `end`: only it can be one that was not synced */
function makeDurable(file: number, end: number, last: Buffer): void {
  const isLonger = fstatSync(file).size > end;
  if (last.length === 0 && !isLonger) return;
  writeFully(file, last, end - last.length);
  if (isLonger) ftruncateSync(file, end);
  fsyncSync(file);
}

/** A batch is begun only when the one before it is on stable storage. So one that is whole, where another was expected or
 * behind one that is not whole, shows that the disk lost or altered what it had synced. */
function refuseLaterBatches(stopped: {
  readonly file: number;
  readonly end: number;
  /** What lies at the end. */
  readonly bytes: Buffer;
  /** The number that was expected there. */
  readonly next: number;
  readonly segment: number;
}): void {
  const { file, end, bytes, next, segment } = stopped;
  for (const found of [readBatch(bytes, 0), readBatch(readBatchAt(file, end + bytes.length), 0)]) {
    if (found === undefined || found === 'cut') continue;
    throw new LogDamagedError(
      `The log is damaged: segment ${segment} lacks batch ${next} at byte ${end}, but has batch ${found.number} behind it.`,
    );
  }
}

const NO_BYTES = Buffer.alloc(0);

/** As much as the header there says, or what there is of it. */
function readBatchAt(file: number, position: number): Buffer {
  const header = readAt(file, position, BATCH_HEADER_BYTES);
  const size = batchBytes(header);
  return size === undefined ? header : readAt(file, position, size);
}

/** Fewer where the file ends. */
function readAt(file: number, position: number, length: number): Buffer {
  // A header that is none may say anything.
  const there = Math.max(0, fstatSync(file).size - position);
  const bytes = Buffer.allocUnsafe(Math.min(length, there));
  return bytes.subarray(0, readFully(file, bytes, position));
}
