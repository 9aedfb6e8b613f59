import { closeSync, openSync, readSync } from 'node:fs';
import { type BlobId, BlobMissingError } from './blob-store.ts';
import { readFault } from './store-fault.ts';

/** Reads one blob without the thread pool; for threads that may wait for a disk. Close it. */
export class FileBlobReader {
  readonly #id: BlobId;
  readonly #descriptor: number;

  /** @throws BlobMissingError, StoreUnavailableError */
  constructor(id: BlobId, path: string) {
    this.#id = id;
    try {
      this.#descriptor = openSync(path, 'r');
    } catch (error) {
      throw readFault(error);
    }
  }

  /** Fills all of `into` with the bytes from `position` on.
   * @throws BlobMissingError when the blob ends before, StoreUnavailableError */
  readSync(into: Uint8Array, position: number): void {
    for (let done = 0; done < into.length; ) {
      let bytesRead: number;
      try {
        bytesRead = readSync(this.#descriptor, into, done, into.length - done, position + done);
      } catch (error) {
        throw readFault(error);
      }
      if (bytesRead === 0) throw new BlobMissingError(`Blob ${this.#id} ends at ${position + done}.`);
      done += bytesRead;
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}
