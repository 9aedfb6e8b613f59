import { close, open, read } from 'node:fs';
import { mkdir, opendir, readdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { errorCode } from '../../lib/error-code.ts';
import { MemoryPool } from '../../lib/memory-pool.ts';
import type { Random } from '../../lib/random.ts';
import { recyclable } from '../../lib/recycle.ts';
import { fanOutOf, incarnationOf, isBlobId, makeBlobId } from './blob-id.ts';
import {
  type BlobId,
  type BlobLocation,
  BlobMissingError,
  type BlobStore,
  READ_CHUNK_BYTES,
} from './blob-store.ts';
import { DirectorySyncs, syncDirectory } from './directory-syncs.ts';
import { FileBlobReader } from './file-blob-reader.ts';
import { FileBlobWriter } from './file-blob-writer.ts';
import { requireRoom } from './require-room.ts';
import { readFault, storeFault } from './store-fault.ts';

const openFile = promisify(open);
const closeFile = promisify(close);
const readFile = promisify(read);

/** Ten million blobs are 40,000 a directory, which ext4, XFS and APFS hold without slowing down. */
const FAN_OUT = 256;
/** So many blobs in a row go to one directory: those that finish together share its sync. */
const BLOBS_BEFORE_NEXT_DIRECTORY = 256;

/** Memory for chunks, used over and over: 4 MiB for each thread. */
const IDLE_CHUNKS_MAX = 16;
const chunkMemory = new MemoryPool(READ_CHUNK_BYTES, IDLE_CHUNKS_MAX);

/** Blobs as files of one directory tree: `<directory>/<two hex digits>/<blob id>`. Several may be open on one
 * tree, in one process, as long as they have one incarnation; names never collide.
 *
 * Invariants
 * - All 256 directories are on stable storage before a store is open: so a blob needs its own directory synced only.
 * - A file exists from `create` on, and counts from the commit on that names it: a crash leaves orphans, no more.
 */
export class FileBlobStore implements BlobStore {
  readonly location: BlobLocation;
  readonly #random: Random;
  readonly #syncs = new DirectorySyncs();
  #created: number;

  /** Use `openFileBlobStore`, or where this process has done that, `joinFileBlobStore`. */
  constructor(location: BlobLocation, random: Random) {
    this.location = location;
    this.#random = random;
    this.#created = random.bytes(1).readUInt8() * BLOBS_BEFORE_NEXT_DIRECTORY;
  }

  async create(): Promise<FileBlobWriter> {
    requireRoom(this.location.directory);
    const fanOut = Math.floor(this.#created++ / BLOBS_BEFORE_NEXT_DIRECTORY) % FAN_OUT;
    const id = makeBlobId(this.location.incarnation, fanOut, this.#random);
    return await FileBlobWriter.create(id, this.#path(id), this.#syncs);
  }

  async *read(id: BlobId, start: number, end: number): AsyncGenerator<Buffer, void, undefined> {
    let descriptor: number | undefined;
    try {
      descriptor = await openFile(this.#path(id), 'r');
      for (let at = start; at < end; at += READ_CHUNK_BYTES) {
        const wanted = Math.min(READ_CHUNK_BYTES, end - at);
        const memory = chunkMemory.take();
        const chunk = Buffer.from(memory, 0, wanted);
        await readFully(descriptor, chunk, at, id);
        yield recyclable(chunk, () => chunkMemory.giveBack(memory));
      }
    } catch (error) {
      throw readFault(error);
    } finally {
      if (descriptor !== undefined) await closeFile(descriptor);
    }
  }

  /** For threads that may wait for a disk. */
  openReader(id: BlobId): FileBlobReader {
    return new FileBlobReader(id, this.#path(id));
  }

  async remove(id: BlobId): Promise<void> {
    try {
      // Not synced: a file that a power loss brings back is an orphan, no more.
      await unlink(this.#path(id));
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw storeFault(error);
    }
  }

  async *orphanCandidates(livingIncarnations: ReadonlySet<string>): AsyncGenerator<BlobId, void, undefined> {
    for (const name of fanOutNames()) {
      for await (const entry of await opendir(join(this.location.directory, name))) {
        if (isBlobId(entry.name) && !livingIncarnations.has(incarnationOf(entry.name))) yield entry.name;
      }
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #path(id: BlobId): string {
    // Ids come from rows, yet nothing but an id may become a path.
    if (!isBlobId(id)) throw new BlobMissingError('This is not a blob id.');
    return join(this.location.directory, fanOutOf(id), id);
  }
}

/** Makes the directories that are missing, durably, and opens the store.
 * @throws StoreUnavailableError */
export async function openFileBlobStore(
  directory: string,
  incarnation: string,
  random: Random,
): Promise<FileBlobStore> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const present = new Set(await readdir(directory));
    for (const name of fanOutNames()) {
      if (!present.has(name)) await mkdir(join(directory, name), { recursive: true, mode: 0o700 });
    }
    await syncDirectory(directory);
    await syncDirectory(dirname(directory));
  } catch (error) {
    throw storeFault(error);
  }
  return new FileBlobStore({ directory, incarnation }, random);
}

/** For further threads of a process that has opened it. Makes nothing: a disk that went away meanwhile leaves an empty
 * mount point, and what was written into directories made there would be lost to view when it comes back. */
export function joinFileBlobStore(directory: string, incarnation: string, random: Random): FileBlobStore {
  return new FileBlobStore({ directory, incarnation }, random);
}

function fanOutNames(): string[] {
  return Array.from({ length: FAN_OUT }, (_, number) => number.toString(16).padStart(2, '0'));
}

async function readFully(descriptor: number, into: Buffer, position: number, id: BlobId) {
  for (let done = 0; done < into.length; ) {
    const { bytesRead } = await readFile(descriptor, into, done, into.length - done, position + done);
    if (bytesRead === 0) throw new BlobMissingError(`Blob ${id} ends at ${position + done}.`);
    done += bytesRead;
  }
}
