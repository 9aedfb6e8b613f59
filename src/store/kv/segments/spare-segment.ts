import { constants, renameSync, rmSync } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../../../lib/error-code.ts';
import { PAGE_BYTES, pageAligned } from '../../../lib/page-aligned.ts';

/** A file of zeros that becomes the next segment. Writing over what is there already needs no change of the file's
 * description on disk, so that its sync takes half of the time of one that appended.
 *
 * The zeros go to the disk past the page cache where the filesystem can do that, which takes an eighth of the processor
 * time; whoever writes over them should write to the end of a page, which else would have to be read first (`PAGE_BYTES`).
 *
 * States: none → growing ⇄ ready → taken (none). One that the disk has no room for is done without, until the next. */
export class SpareSegment {
  readonly #path: string;
  readonly #growthBytes: number;
  readonly #step: readonly Buffer[];
  #file: FileHandle | undefined;
  #bytes = 0;
  #growing: Promise<void> | undefined;
  #refused = false;
  #direct: boolean;

  constructor(folder: string, growthBytes: number) {
    this.#path = join(folder, 'spare');
    this.#growthBytes = growthBytes;
    this.#step = zeros(growthBytes);
    this.#direct = growthBytes % PAGE_BYTES === 0;
    // What an earlier process left may be unsynced.
    rmSync(this.#path, { force: true });
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Makes it larger by one step, in other threads. */
  grow(): void {
    if (this.#refused) return;
    this.#growing ??= this.#grow()
      .catch((error: unknown) => {
        // A filesystem that has to go through the page cache says so like this.
        if (this.#direct && errorCode(error) === 'EINVAL') this.#direct = false;
        else this.#refused = true;
        return this.#giveUp();
      })
      .finally(() => {
        this.#growing = undefined;
      });
  }

  /** Makes it the file at `path`, if it is ready. The folder is not synced. */
  take(path: string): boolean {
    this.#refused = false;
    const file = this.#file;
    if (this.#growing !== undefined || file === undefined) return false;
    try {
      renameSync(this.#path, path);
    } catch {
      return false;
    }
    this.#file = undefined;
    this.#bytes = 0;
    void file.close().catch(() => undefined);
    return true;
  }

  async close(): Promise<void> {
    await this.#growing;
    await this.#giveUp();
  }

  async #grow(): Promise<void> {
    const flags = this.#direct ? OPEN_FLAGS | DIRECT_FLAG : OPEN_FLAGS;
    this.#file ??= await open(this.#path, flags, 0o600);
    await this.#file.writev(this.#step, this.#bytes);
    await this.#file.sync();
    this.#bytes += this.#growthBytes;
  }

  async #giveUp(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    this.#bytes = 0;
    await file?.close().catch(() => undefined);
    await rm(this.#path, { force: true }).catch(() => undefined);
  }
}

/** While a step is synced, commits wait for the disk behind it: with 8 MiB some waited for 9 ms, and on average all waited as
 * long as without a spare. */
export const GROWTH_BYTES_MAX = 2 ** 20;

const OPEN_FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC;
/** Undefined where the system has none. */
const DIRECT_FLAG: number = constants.O_DIRECT ?? 0;

/** Past the page cache only memory can be written that begins at a page. */
const PIECE = pageAligned(64 * 1024);

function zeros(bytes: number): Buffer[] {
  const pieces = Array<Buffer>(Math.floor(bytes / PIECE.length)).fill(PIECE);
  return [...pieces, PIECE.subarray(0, bytes % PIECE.length)];
}
