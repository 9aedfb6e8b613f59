import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createGzip, type Gzip } from 'node:zlib';

/** One data file of a generated manifest, whole: rows in, gzip out. */
export interface FinishedFile {
  readonly gzipped: readonly Buffer[];
  readonly size: number;
  /** Hex. */
  readonly md5: string;
  readonly sha1: string;
}

/** Gzips rows as they come and keeps what comes out in memory. */
export class ManifestFile {
  readonly #gzip: Gzip = createGzip();
  readonly #gzipped: Buffer[] = [];
  readonly #md5 = createHash('md5');
  readonly #sha1 = createHash('sha1');
  readonly #ended: Promise<unknown>;
  #size = 0;
  #rows = 0;

  constructor() {
    this.#gzip.on('data', (chunk: Buffer) => {
      this.#gzipped.push(chunk);
      this.#size += chunk.length;
      this.#md5.update(chunk);
      this.#sha1.update(chunk);
    });
    this.#ended = once(this.#gzip, 'end');
    this.#ended.catch(() => undefined);
  }

  get rows(): number {
    return this.#rows;
  }

  /** Bytes of gzip so far; what the compressor still holds is not among them. */
  get size(): number {
    return this.#size;
  }

  async write(rows: readonly string[]): Promise<void> {
    this.#rows += rows.length;
    if (!this.#gzip.write(rows.join(''))) await once(this.#gzip, 'drain');
  }

  async finish(): Promise<FinishedFile> {
    this.#gzip.end();
    await this.#ended;
    return {
      gzipped: this.#gzipped,
      size: this.#size,
      md5: this.#md5.digest('hex'),
      sha1: this.#sha1.digest('hex'),
    };
  }

  /** Frees the compressor of a file that is not wanted any more. */
  abandon(): void {
    this.#gzip.destroy();
  }
}
