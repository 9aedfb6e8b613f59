import type { Random } from '../../lib/random.ts';
import { StoreUnavailableError } from '../kv/key-value-store.ts';
import { incarnationOf, makeBlobId } from './blob-id.ts';
import {
  type BlobId,
  BlobMissingError,
  type BlobStore,
  type BlobWriter,
  READ_CHUNK_BYTES,
} from './blob-store.ts';

interface MemoryFile {
  bytes: Buffer[];
  durable: boolean;
}

/** What outlives a crash of its stores. The simulation's disk: it loses what was not synced, or keeps a part of it,
 * as real ones do. */
export class MemoryBlobDisk {
  readonly files = new Map<BlobId, MemoryFile>();
  /** While set, every operation of that kind answers StoreUnavailableError. */
  refuses: { reads: boolean; writes: boolean } = { reads: false, writes: false };
  /** Grows with each crash; stores opened before it are dead. */
  crashes = 0;

  /** Power goes: each file that was not finished is gone or cut anywhere, as `random` decides. */
  crash(random: Random): void {
    this.crashes++;
    for (const [id, file] of this.files) {
      if (file.durable) continue;
      const fate = random.bytes(2);
      const whole = Buffer.concat(file.bytes);
      if (fate.readUInt8(0) < 128) this.files.delete(id);
      else file.bytes = [whole.subarray(0, Math.floor((whole.length * fate.readUInt8(1)) / 255))];
    }
  }
}

/** The blob store of tests and of the simulation. */
export class MemoryBlobStore implements BlobStore {
  readonly #disk: MemoryBlobDisk;
  readonly #incarnation: string;
  readonly #random: Random;
  readonly #openedAtCrash: number;

  constructor(disk: MemoryBlobDisk, incarnation: string, random: Random) {
    this.#disk = disk;
    this.#incarnation = incarnation;
    this.#random = random;
    this.#openedAtCrash = disk.crashes;
  }

  async create(): Promise<BlobWriter> {
    const disk = this.#disk;
    await this.#turn('writes');
    const id = makeBlobId(this.#incarnation, 0, this.#random);
    const file: MemoryFile = { bytes: [], durable: false };
    disk.files.set(id, file);
    const orGone = async (change: () => void) => {
      try {
        await this.#turn('writes');
      } catch (error) {
        disk.files.delete(id);
        throw error;
      }
      if (!disk.files.has(id) || file.durable) throw new Error(`Blob ${id} is no longer being written.`);
      change();
    };
    return {
      id,
      write: (chunk) => orGone(() => file.bytes.push(Buffer.from(chunk))),
      finish: () =>
        orGone(() => {
          file.durable = true;
        }),
      abort: async () => {
        await Promise.resolve();
        if (this.#alive()) disk.files.delete(id);
      },
    };
  }

  async *read(id: BlobId, start: number, end: number): AsyncGenerator<Buffer, void, undefined> {
    await this.#turn('reads');
    const file = this.#disk.files.get(id);
    if (file === undefined) throw new BlobMissingError('No such blob.');
    const whole = Buffer.concat(file.bytes);
    for (let at = start; at < end; at += READ_CHUNK_BYTES) {
      await this.#turn('reads');
      const chunkEnd = Math.min(end, at + READ_CHUNK_BYTES);
      if (chunkEnd > whole.length) throw new BlobMissingError(`Blob ${id} ends at ${whole.length}.`);
      yield Buffer.from(whole.subarray(at, chunkEnd));
    }
  }

  async remove(id: BlobId): Promise<void> {
    await this.#turn('writes');
    this.#disk.files.delete(id);
  }

  async *orphanCandidates(livingIncarnations: ReadonlySet<string>): AsyncGenerator<BlobId, void, undefined> {
    await this.#turn('reads');
    for (const id of this.#disk.files.keys()) {
      if (!livingIncarnations.has(incarnationOf(id))) yield id;
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #alive(): boolean {
    return this.#openedAtCrash === this.#disk.crashes;
  }

  async #turn(kind: 'reads' | 'writes'): Promise<void> {
    await Promise.resolve();
    if (!this.#alive()) throw new StoreUnavailableError('The disk has crashed.');
    if (this.#disk.refuses[kind]) throw new StoreUnavailableError(`The disk refuses ${kind}.`);
  }
}
