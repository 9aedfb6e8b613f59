import { Buffer } from 'node:buffer';
import { type FileHandle, open, truncate, unlink } from 'node:fs/promises';
import { nameOf } from '../key-space.ts';
import type { Key } from '../key-value-store.ts';
import { VERSION_BYTES } from '../stored-row.ts';
import { isPointer, placeOf, rowAround } from './body-pointer.ts';
import { segmentPath } from './segment-names.ts';
import { readRecord, type SegmentRecord } from './segment-record.ts';
import type { SegmentWriter } from './segment-writer.ts';

export interface ReclaimOptions {
  readonly folder: string;
  readonly writer: SegmentWriter;
  /** The row as it is stored, a pointer or not. */
  readonly rowOf: (key: Key) => Buffer | undefined;
  /** Goes through all rows: slow, and independent of what the segment says. */
  readonly pointsInto: (segment: number) => Promise<boolean>;
  /** Makes all pointers durable that were handed over so far. */
  readonly sync: () => void;
  readonly stopped: () => boolean;
}

/** Read at once: little memory, and few records between two turns of the event loop. */
const READ_BYTES = 2 ** 20;

/** Gives a segment's space back: what is still alive in it moves into the segment that is being written, then the file
 * goes. Which bodies are alive is asked of the rows, never taken from a count.
 *
 * A reader may hold a pointer that it read before: it finds the file cut to nothing and reads the row again.
 * @returns false where it was stopped, or a body could not be moved: the segment stays, and nothing is lost */
export async function reclaimSegment(options: ReclaimOptions, segment: number): Promise<boolean> {
  const { folder, writer, pointsInto, sync, stopped } = options;
  const path = segmentPath(folder, segment);
  await moveLiving(options, segment);
  if (stopped()) return false;
  await writer.drain();
  // Once more: what did not get away, because the disk was full or slow, keeps the segment.
  const left = await lookOver(options, segment);
  if (left.living || stopped()) return false;
  // A record that cannot be read does not tell whose body it is.
  if (left.damaged && (await pointsInto(segment))) return false;
  if (stopped()) return false;
  sync();
  await truncate(path, 0);
  await unlink(path);
  return true;
}

async function moveLiving(options: ReclaimOptions, segment: number): Promise<void> {
  for await (const { bytes, record, offset } of recordsOf(options, segment)) {
    if (record === 'damaged') continue;
    const row = livingRow(options, segment, record, offset);
    if (row === undefined) continue;
    const stored = rowAround(row, record.length);
    bytes.copy(stored, VERSION_BYTES, record.value, record.value + record.length);
    if (!options.writer.hasRoom) await options.writer.drain();
    if (options.stopped()) return;
    // The row may have gone while this waited.
    if (livingRow(options, segment, record, offset) !== undefined)
      options.writer.add(nameOf(record.key), stored);
  }
}

async function lookOver(
  options: ReclaimOptions,
  segment: number,
): Promise<{ readonly living: boolean; readonly damaged: boolean }> {
  let damaged = false;
  for await (const { record, offset } of recordsOf(options, segment)) {
    if (record === 'damaged') damaged = true;
    else if (livingRow(options, segment, record, offset) !== undefined) return { living: true, damaged };
  }
  return { living: false, damaged };
}

function livingRow(
  { rowOf }: ReclaimOptions,
  segment: number,
  record: SegmentRecord,
  offset: number,
): Buffer | undefined {
  const row = rowOf(record.key);
  if (row === undefined || !isPointer(row)) return undefined;
  const place = placeOf(row);
  return place.segment === segment && place.offset === offset + record.value ? row : undefined;
}

/** Every whole record, with what was read of the file around it and where in the file that began. What is damaged, or was
 * being written when power was lost, is passed over byte by byte: those behind it may be alive. */
async function* recordsOf(
  { folder, stopped }: ReclaimOptions,
  segment: number,
): AsyncGenerator<{ bytes: Buffer; record: SegmentRecord | 'damaged'; offset: number }> {
  const file = await open(segmentPath(folder, segment), 'r');
  try {
    let offset = 0;
    let wanted = READ_BYTES;
    let damaged = false;
    while (!stopped()) {
      const bytes = await readAt(file, offset, wanted);
      const last = bytes.length < wanted;
      let at = 0;
      for (;;) {
        const record = readRecord(bytes, at);
        // At the end of the file what looks like a long record may be damage in front of short ones.
        if (record === undefined || (record === 'cut' && last && at < bytes.length)) {
          at += 1;
          damaged = true;
        } else if (record === 'cut') break;
        else {
          yield { bytes, record, offset };
          at = record.value + record.length;
        }
      }
      if (damaged) yield { bytes, record: 'damaged', offset };
      damaged = false;
      if (last) return;
      // A record that is longer than what was read is read again, with more.
      wanted = at === 0 ? wanted * 2 : READ_BYTES;
      offset += at;
    }
  } finally {
    await file.close();
  }
}

async function readAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, offset + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}
