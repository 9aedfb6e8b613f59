import { Buffer } from 'node:buffer';
import { type FileHandle, open, truncate, unlink } from 'node:fs/promises';
import { endOfTurn } from '../../../lib/turn-queue.ts';
import { partOf } from '../key-space.ts';
import type { Key } from '../key-value-store.ts';
import { VERSION_BYTES } from '../stored-row.ts';
import { isPointer, placeOf, rowAround } from './body-pointer.ts';
import { segmentPath } from './segment-names.ts';
import { readPiece, type SegmentBody } from './segment-record.ts';

/** A row that is put again as it is. */
export interface LivingBody {
  readonly key: Key;
  readonly stored: Buffer;
}

export interface ReclaimOptions {
  readonly folder: string;
  /** So many bytes are moved in one batch: commits wait for it. */
  readonly moveBytes: number;
  /** The row as it is stored, a pointer or not. */
  readonly rowOf: (key: Key) => Buffer | undefined;
  /** Goes through all rows: slow, and independent of what the segment says. */
  readonly pointsInto: (segment: number) => Promise<boolean>;
  /** Writes them into the current segment. When it returns, they are on stable storage there. @throws EngineWriteError */
  readonly move: (bodies: readonly LivingBody[]) => void;
  readonly stopped: () => boolean;
}

/** Read at once: little memory. */
const READ_BYTES = 2 ** 20;

/** Gives a segment's space back: what is still alive in it moves into the segment that is being written, then the file
 * goes. Which bodies are alive is asked of the rows, never taken from a count.
 *
 * A reader may hold a pointer that it read before: it finds the file cut to nothing and reads the row again.
 * @returns false where it was stopped, or the segment holds what cannot be read: it stays, and nothing is lost */
export async function reclaimSegment(options: ReclaimOptions, segment: number): Promise<boolean> {
  const { folder, pointsInto, stopped } = options;
  const { damaged } = await moveLiving(options, segment);
  if (stopped()) return false;
  // What cannot be read does not tell whose body it is.
  if (damaged && (await pointsInto(segment))) return false;
  if (stopped()) return false;
  const path = segmentPath(folder, segment);
  await truncate(path, 0);
  await unlink(path);
  return true;
}

async function moveLiving(options: ReclaimOptions, segment: number): Promise<{ damaged: boolean }> {
  let damaged = false;
  for await (const part of partsOf(options, segment)) {
    damaged ||= part.damaged;
    for (let next = 0; next < part.bodies.length; ) {
      next = moveSome(options, segment, part, next);
      // Commits come first.
      await endOfTurn();
      if (options.stopped()) return { damaged };
    }
  }
  return { damaged };
}

/** Looks at rows and moves what they point to without a pause, so that no row goes in between.
 * @returns the body to go on with */
function moveSome(options: ReclaimOptions, segment: number, part: SegmentPart, first: number): number {
  const { moveBytes, move } = options;
  const living: LivingBody[] = [];
  let bytes = 0;
  let next = first;
  for (; next < part.bodies.length && bytes < moveBytes; next += 1) {
    const body = part.bodies[next];
    const row = body === undefined ? undefined : livingRow(options, segment, body, part.offset);
    if (body === undefined || row === undefined) continue;
    const stored = rowAround(row, body.length);
    part.bytes.copy(stored, VERSION_BYTES, body.value, body.value + body.length);
    living.push({ key: body.key, stored });
    bytes += stored.length;
  }
  if (living.length > 0) move(living);
  return next;
}

function livingRow(
  { rowOf }: ReclaimOptions,
  segment: number,
  body: SegmentBody,
  offset: number,
): Buffer | undefined {
  const row = rowOf(body.key);
  if (row === undefined || !isPointer(row)) return undefined;
  const place = placeOf(row);
  return place.segment === segment && place.offset === offset + body.value ? row : undefined;
}

interface SegmentPart {
  readonly bytes: Buffer;
  /** Where in the segment they begin. */
  readonly offset: number;
  readonly bodies: readonly SegmentBody[];
  /** Something in it is neither a batch nor a record. */
  readonly damaged: boolean;
}

/** All of a segment in parts. What is damaged is passed over byte by byte: what lies behind it may be alive. */
async function* partsOf({ folder, stopped }: ReclaimOptions, segment: number): AsyncGenerator<SegmentPart> {
  const file = await open(segmentPath(folder, segment), 'r');
  try {
    let offset = 0;
    let wanted = READ_BYTES;
    while (!stopped()) {
      const bytes = await readAt(file, offset, wanted);
      const last = bytes.length < wanted;
      const { bodies, damaged, end } = bodiesIn(bytes, last);
      yield { bytes, offset, bodies, damaged };
      if (last) return;
      // What is longer than what was read is read again, with more.
      wanted = end === 0 ? wanted * 2 : READ_BYTES;
      offset += end;
    }
  } finally {
    await file.close();
  }
}

function bodiesIn(bytes: Buffer, last: boolean): { bodies: SegmentBody[]; damaged: boolean; end: number } {
  const bodies: SegmentBody[] = [];
  let damaged = false;
  let end = 0;
  while (end < bytes.length) {
    const piece = readPiece(bytes, end, isBody);
    if (piece === 'cut' && !last) break;
    // At the end of the file what looks like a long piece may be damage in front of short ones.
    if (piece === undefined || piece === 'cut') {
      damaged = true;
      end += 1;
    } else {
      bodies.push(...piece.bodies);
      end = piece.end;
    }
  }
  return { bodies, damaged, end };
}

function isBody(key: Key): boolean {
  return partOf(key) === 'bytes';
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
