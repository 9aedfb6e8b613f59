import { FrameOpener, frameKey } from '../../../keys/frames.ts';
import { READ_CHUNK_BYTES } from '../../../store/blobs/blob-store.ts';
import type { FileBlobReader } from '../../../store/blobs/file-blob-reader.ts';
import type { FileBlobStore } from '../../../store/blobs/file-blob-store.ts';
import { faultOf } from './faults.ts';
import type { Reading } from './messages.ts';
import type { Answer } from './upload-side.ts';

/** One for all readings of the thread: a batch is read, opened and gone before the next begins. */
const sealedChunk = Buffer.allocUnsafeSlow(READ_CHUNK_BYTES);

/** The thread's end of one reading: each `more` reads and opens one batch of frames, into memory that is used over
 * and over (lib/recycle.ts). */
export class ReadingSide {
  readonly #body: number;
  readonly #answer: Answer;
  readonly #opener: FrameOpener;
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
    this.#opener = new FrameOpener(frameKey(dataKey), plainSize, range.firstFrame);
    this.#position = range.start;
    this.#end = range.end;
    this.#reader = store.openReader(blob);
  }

  /** True when it was the last batch, or failed: the reading is closed. */
  more(memory: ArrayBuffer): boolean {
    try {
      const sealed = sealedChunk.subarray(0, Math.min(READ_CHUNK_BYTES, this.#end - this.#position));
      this.#reader.readSync(sealed, this.#position);
      this.#position += sealed.length;
      const plain = new Uint8Array(memory);
      let length = 0;
      for (const frame of this.#opener.open(sealed)) {
        plain.set(frame, length);
        length += frame.length;
      }
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
}
