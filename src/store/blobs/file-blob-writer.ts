import { close, fdatasync, open, write, writevSync } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { errorCode } from '../../lib/error-code.ts';
import type { BlobId, BlobWriter } from './blob-store.ts';
import type { DirectorySyncs } from './directory-syncs.ts';
import { storeFault } from './store-fault.ts';

const openFile = promisify(open);
const writeFile = promisify(write);
const syncFileData = promisify(fdatasync);
const closeFile = promisify(close);

// 'wx': a name that exists is never written again.
const CREATE_ONLY = 'wx';
const FILE_MODE = 0o600;
/** What one writev takes (IOV_MAX on Linux, macOS and the BSDs). */
const PIECES_MAX = 1024;

/** One blob being written, under its final name from the beginning: only a row makes it real.
 *
 * States: open → finished (durable), or open → gone (aborted, or an operation failed: the file is removed).
 * Operations follow each other; a caller awaits one before it starts the next. */
export class FileBlobWriter implements BlobWriter {
  readonly id: BlobId;
  readonly #path: string;
  readonly #syncs: DirectorySyncs;
  #descriptor: number | undefined;
  /** The sync that runs beside further writes. */
  #earlySync: Promise<void> | undefined;

  private constructor(id: BlobId, path: string, syncs: DirectorySyncs, descriptor: number) {
    this.id = id;
    this.#path = path;
    this.#syncs = syncs;
    this.#descriptor = descriptor;
  }

  static async create(id: BlobId, path: string, syncs: DirectorySyncs): Promise<FileBlobWriter> {
    try {
      return new FileBlobWriter(id, path, syncs, await openFile(path, CREATE_ONLY, FILE_MODE));
    } catch (error) {
      throw storeFault(error);
    }
  }

  write(chunk: Uint8Array): Promise<void> {
    return this.#orGone(async (descriptor) => {
      for (let written = 0; written < chunk.length; ) {
        const { bytesWritten } = await writeFile(descriptor, chunk, written, chunk.length - written);
        written += bytesWritten;
      }
    });
  }

  /** For threads that do nothing else: no round trip through the thread pool. After it threw, `abort` must follow. */
  writeSync(pieces: readonly Uint8Array[]): void {
    let left = pieces;
    while (left.length > 0) {
      const batch = left.slice(0, PIECES_MAX);
      let written: number;
      try {
        written = writevSync(this.#opened(), batch);
      } catch (error) {
        throw storeFault(error);
      }
      left = [...withoutFirst(batch, written), ...left.slice(PIECES_MAX)];
    }
  }

  /** Begins to bring what is written so far to the disk and does not wait for it, unless the one before still runs:
   * else the sync of a body of gigabytes would come all at its end. */
  async syncEarly(): Promise<void> {
    const descriptor = this.#opened();
    await this.#earlySync;
    this.#earlySync = syncFileData(descriptor);
    // Awaited later, where a failure counts: the system tells of a lost write only once.
    this.#earlySync.catch(() => undefined);
  }

  finish(): Promise<void> {
    return this.#orGone(async (descriptor) => {
      await this.#earlySync;
      await syncFileData(descriptor);
      this.#descriptor = undefined;
      await closeFile(descriptor);
      await this.#syncs.sync(dirname(this.#path));
    });
  }

  async abort(): Promise<void> {
    const descriptor = this.#descriptor;
    this.#descriptor = undefined;
    await this.#earlySync?.catch(() => undefined);
    if (descriptor !== undefined) await closeFile(descriptor).catch(() => undefined);
    await unlink(this.#path).catch((error: unknown) => {
      if (errorCode(error) !== 'ENOENT') throw storeFault(error);
    });
  }

  #opened(): number {
    if (this.#descriptor === undefined) throw new Error(`Blob ${this.id} is no longer being written.`);
    return this.#descriptor;
  }

  async #orGone(operation: (descriptor: number) => Promise<void>): Promise<void> {
    try {
      await operation(this.#opened());
    } catch (error) {
      // The first error is what counts; a file that cannot be removed either is an orphan, and is swept.
      await this.abort().catch(() => undefined);
      throw storeFault(error);
    }
  }
}

/** What is left of `pieces` after their first `count` bytes. */
function withoutFirst(pieces: readonly Uint8Array[], count: number): Uint8Array[] {
  let skip = count;
  const left: Uint8Array[] = [];
  for (const piece of pieces) {
    if (skip >= piece.length) skip -= piece.length;
    else {
      left.push(piece.subarray(skip));
      skip = 0;
    }
  }
  return left;
}
