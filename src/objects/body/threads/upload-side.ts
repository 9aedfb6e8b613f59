import { FrameSealer } from '../../../keys/frames.ts';
import { free } from '../../../lib/recycle.ts';
import type { FileBlobStore } from '../../../store/blobs/file-blob-store.ts';
import type { FileBlobWriter } from '../../../store/blobs/file-blob-writer.ts';
import { BodyHashes } from '../body-hashes.ts';
import { faultOf } from './faults.ts';
import type { FromThread, ToThread } from './messages.ts';
import { yieldProcessor } from './yield-processor.ts';

/** So much at most is not on its way to the disk when the body ends: less than a second's work for most disks. */
const SYNC_EARLY_BYTES = 64 * 1024 * 1024;

export type Answer = (message: FromThread, transfer?: ArrayBuffer[]) => void;

/** The thread's end of one upload: hashes, seals and writes it.
 *
 * Invariant: what is asked happens in order, one thing at a time (`#last`); uploads take turns. */
export class UploadSide {
  readonly #body: number;
  readonly #answer: Answer;
  readonly #hashes: BodyHashes;
  readonly #sealer: FrameSealer;
  #writer: FileBlobWriter | undefined;
  #last: Promise<void> = Promise.resolve();
  #failed = false;
  #unsyncedBytes = 0;

  constructor(message: ToThread & { readonly kind: 'open' }, store: FileBlobStore, answer: Answer) {
    this.#body = message.body;
    this.#answer = answer;
    this.#hashes = new BodyHashes(message.algorithms);
    this.#sealer = new FrameSealer(message.dataKey);
    this.#inOrder(async () => {
      this.#writer = await store.create();
    });
  }

  take(memory: ArrayBuffer, length: number): void {
    this.#inOrder(async () => {
      try {
        if (this.#failed) return;
        const chunk = new Uint8Array(memory, 0, length);
        yieldProcessor();
        this.#hashes.update(chunk);
        yieldProcessor();
        this.#write(this.#sealer.seal(chunk));
        this.#unsyncedBytes += length;
        if (this.#unsyncedBytes < SYNC_EARLY_BYTES) return;
        this.#unsyncedBytes = 0;
        await this.#writer?.syncEarly();
      } finally {
        this.#answer({ kind: 'consumed', body: this.#body, memory }, [memory]);
      }
    });
  }

  /** @param leave called when nothing more may come. */
  finish(leave: () => void): void {
    this.#inOrder(async () => {
      const writer = this.#writer;
      if (this.#failed || writer === undefined) return;
      this.#write(this.#sealer.finish());
      await writer.finish();
      leave();
      this.#answer({ kind: 'finished', body: this.#body, digests: this.#hashes.digests(), blob: writer.id });
    });
  }

  abort(leave: () => void): void {
    this.#inOrder(async () => {
      leave();
      await this.#writer?.abort().catch(() => undefined);
      this.#answer({ kind: 'aborted', body: this.#body });
    });
  }

  #write(sealed: readonly Buffer[]): void {
    this.#writer?.writeSync(sealed);
    for (const piece of sealed) free(piece);
  }

  #inOrder(step: () => Promise<void> | void): void {
    this.#last = this.#last.then(step).catch(async (error: unknown) => {
      this.#failed = true;
      await this.#writer?.abort().catch(() => undefined);
      this.#answer({ kind: 'failed', body: this.#body, ...faultOf(error) });
    });
  }
}
