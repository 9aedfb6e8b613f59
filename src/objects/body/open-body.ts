import {
  FRAME_PLAIN_BYTES,
  FRAME_SEALED_BYTES,
  frameCount,
  type SealedRange,
  sealedRange,
} from '../../keys/frame-layout.ts';
import { FrameError, frameKey, openBuffer, openFrames } from '../../keys/frames.ts';
import type { Keyring } from '../../keys/keyring.ts';
import { MemoryPool } from '../../lib/memory-pool.ts';
import { recyclable, recycle } from '../../lib/recycle.ts';
import { type BlobStore, READ_CHUNK_BYTES } from '../../store/blobs/blob-store.ts';
import type { Locator } from '../../store/tables/rows.ts';
import { LOOP_BYTES_MAX } from './body-sink.ts';
import type { HashingThreads } from './threads/hashing-threads.ts';

/** Of a chunk that was opened. */
const PLAIN_BYTES = (READ_CHUNK_BYTES / FRAME_SEALED_BYTES) * FRAME_PLAIN_BYTES;
/** 4 MiB for each thread. */
const PLAIN_IDLE_MAX = 16;
const plainMemory = new MemoryPool(PLAIN_BYTES, PLAIN_IDLE_MAX);

type FileLocator = Locator & { readonly kind: 'file' };

/** Plain bytes of a body, from `start` (inclusive) to `end` (exclusive). */
export interface BodyRange {
  readonly start: number;
  readonly end: number;
}

/** The sealed bytes of an inline locator; `part` is its position among the version's locators. */
export type InlineReader = (part: number) => Promise<Buffer>;

/** Reads a body: only the frames of the range are read and opened, and no byte comes out before its frame's tag was
 * verified. One chunk is read ahead; memory is constant. Ending the iteration early frees everything.
 *
 * @param range default: all of it.
 * @param threads where ranges above LOOP_BYTES_MAX are read and opened, when the store is one of files.
 * @throws FrameError or KeyUnwrapError when the bytes are not those that were written, BlobMissingError when they
 * are gone, StoreUnavailableError. */
export async function* openBody(
  locators: readonly Locator[],
  range: BodyRange | undefined,
  keyring: Keyring,
  inlineReader: InlineReader,
  blobs: BlobStore,
  threads?: HashingThreads,
): AsyncGenerator<Buffer, void, undefined> {
  let locatorStart = 0;
  for (const [part, locator] of locators.entries()) {
    const start = Math.max(0, (range?.start ?? 0) - locatorStart);
    const end = Math.min(locator.size, (range?.end ?? Number.POSITIVE_INFINITY) - locatorStart);
    locatorStart += locator.size;
    if (start >= end) continue;
    const dataKey = keyring.unwrap(locator.key);
    if (locator.kind === 'inline') {
      const plain = openBuffer(await inlineReader(part), frameKey(dataKey));
      if (plain.length !== locator.size) throw new FrameError('Inline bytes have the wrong length.');
      yield plain.subarray(start, end);
    } else yield* openBlob(blobs, locator, dataKey, { start, end }, threads);
  }
}

async function* openBlob(
  blobs: BlobStore,
  locator: FileLocator,
  dataKey: Buffer,
  { start, end }: BodyRange,
  threads: HashingThreads | undefined,
): AsyncGenerator<Buffer, void, undefined> {
  const range = sealedRange(start, end, locator.size);
  const { location } = blobs;
  const frames =
    threads !== undefined && location !== undefined && range.length > LOOP_BYTES_MAX
      ? threads.read({ location, blob: locator.blob, dataKey, plainSize: locator.size, range })
      : openOnLoop(blobs, locator, dataKey, range);
  let { skip, length: left } = range;
  for await (const plain of frames) {
    const wanted = plain.subarray(skip, skip + left);
    skip = 0;
    left -= wanted.length;
    yield wanted;
  }
  if (left > 0) throw new FrameError('The body ends too early.');
}

/** On the event loop, a chunk at a time: frame by frame, what each costs on its way would be more than opening it. */
async function* openOnLoop(
  blobs: BlobStore,
  { blob, size }: FileLocator,
  dataKey: Buffer,
  { firstFrame, start, end }: SealedRange,
): AsyncGenerator<Buffer, void, undefined> {
  const key = frameKey(dataKey);
  const last = frameCount(size) - 1;
  let first = firstFrame;
  for await (const sealed of readAhead(blobs.read(blob, start, end))) {
    const memory = plainMemory.take();
    const length = openFrames(key, { first, last }, sealed, new Uint8Array(memory));
    first += frameCount(length);
    recycle(sealed);
    yield recyclable(Buffer.from(memory, 0, length), () => plainMemory.giveBack(memory));
  }
}

/** Asks for each chunk when the one before is handed out. */
async function* readAhead<T>(chunks: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
  const iterator = chunks[Symbol.asyncIterator]();
  let next = iterator.next();
  try {
    for (;;) {
      const { done, value } = await next;
      if (done === true) return;
      next = iterator.next();
      // Awaited above in the next turn; until then its failure must not count as unhandled.
      next.catch(() => undefined);
      yield value;
    }
  } finally {
    await next.catch(() => undefined);
    await iterator.return?.();
  }
}
