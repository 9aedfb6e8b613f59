import type { KeyObject } from 'node:crypto';
import { FRAME_PLAIN_BYTES, FRAME_SEALED_BYTES, frameCount } from '../../../keys/frame-layout.ts';
import { frameKey, openFrames } from '../../../keys/frames.ts';
import { PAGE_BYTES, pageAligned } from '../../../lib/page-aligned.ts';
import type { FileBlobReader } from '../../../store/blobs/file-blob-reader.ts';
import type { FileBlobStore } from '../../../store/blobs/file-blob-store.ts';
import { faultOf } from './faults.ts';
import type { Reading } from './messages.ts';
import { READING_BYTES_MAX } from './reading-memory.ts';
import type { Answer } from './upload-side.ts';

/** One for all readings of the thread: a batch is read, opened and gone before the next begins. */
const sealedMemory = pageAligned(PAGE_BYTES + sealedBytes(READING_BYTES_MAX));

/** The thread's end of one reading: each `more` reads and opens as many frames as fit into its memory, which is used
 * over and over (lib/recycle.ts). */
export class ReadingSide {
  readonly #body: number;
  readonly #answer: Answer;
  readonly #key: KeyObject;
  /** The next one. */
  #frame: number;
  readonly #lastFrame: number;
  readonly #reader: FileBlobReader;
  readonly #end: number;
  #position: number;

  /** @throws as `FileBlobStore.openReader` does. */
  constructor(
    body: number,
    { blob, dataKey, plainSize, range }: Reading,
    store: FileBlobStore,
    answer: Answer,
  ) {
    this.#body = body;
    this.#answer = answer;
    this.#key = frameKey(dataKey);
    this.#frame = range.firstFrame;
    this.#lastFrame = frameCount(plainSize) - 1;
    this.#position = range.start;
    this.#end = range.end;
    this.#reader = store.openReader(blob);
  }

  /** True when it was the last batch, or failed: the reading is closed. */
  more(memory: ArrayBuffer): boolean {
    try {
      const sealed = this.#readBatch(sealedBytes(memory.byteLength));
      const frames = { first: this.#frame, last: this.#lastFrame };
      const length = openFrames(this.#key, frames, sealed, new Uint8Array(memory));
      this.#frame += frameCount(length);
      const last = this.#position === this.#end;
      if (last) this.close();
      this.#answer({ kind: 'opened', body: this.#body, memory, length, last }, [memory]);
      return last;
    } catch (error) {
      this.close();
      this.#answer({ kind: 'failed', body: this.#body, ...faultOf(error) });
      return true;
    }
  }

  close(): void {
    this.#reader.close();
  }

  #readBatch(bytesMax: number): Uint8Array {
    const length = Math.min(bytesMax, this.#end - this.#position);
    // As far into a page as in the file: where they differ by less than 48 bytes, AMD's Zen copies six times slower.
    const start = this.#position % PAGE_BYTES;
    const sealed = sealedMemory.subarray(start, start + length);
    this.#reader.readSync(sealed, this.#position);
    this.#position += length;
    return sealed;
  }
}

function sealedBytes(plainBytes: number): number {
  return Math.floor(plainBytes / FRAME_PLAIN_BYTES) * FRAME_SEALED_BYTES;
}
