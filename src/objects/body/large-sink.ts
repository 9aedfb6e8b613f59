import { FrameSealer } from '../../keys/frames.ts';
import type { ChecksumAlgorithm } from '../../lib/checksums/index.ts';
import { recycle } from '../../lib/recycle.ts';
import type { BlobId, BlobStore, BlobWriter } from '../../store/blobs/blob-store.ts';
import { BodyHashes } from './body-hashes.ts';
import type { BodyDigests } from './body-sink.ts';

/** Where a body goes that is too large for a commit: hashed, sealed and written, here or on a thread. */
export interface LargeSink {
  /** `chunk` is recycled when its bytes have been taken. */
  write(chunk: Uint8Array): Promise<void> | void;
  finish(): Promise<BodyDigests & { readonly blob: BlobId }>;
  abort(): Promise<void>;
}

/** Sealed bytes gathered before they are written: fewer trips through the thread pool. */
const WRITE_BYTES = 256 * 1024;

/** On the event loop. */
export class LoopSink implements LargeSink {
  readonly #writer: BlobWriter;
  readonly #hashes: BodyHashes;
  readonly #sealer: FrameSealer;
  #pieces: Buffer[] = [];
  #pieceBytes = 0;

  private constructor(writer: BlobWriter, algorithms: readonly ChecksumAlgorithm[], dataKey: Buffer) {
    this.#writer = writer;
    this.#hashes = new BodyHashes(algorithms);
    this.#sealer = new FrameSealer(dataKey);
  }

  static async open(
    blobs: BlobStore,
    algorithms: readonly ChecksumAlgorithm[],
    dataKey: Buffer,
  ): Promise<LoopSink> {
    return new LoopSink(await blobs.create(), algorithms, dataKey);
  }

  write(chunk: Uint8Array): Promise<void> | void {
    this.#hashes.update(chunk);
    this.#gather(this.#sealer.seal(chunk));
    recycle(chunk);
    if (this.#pieceBytes >= WRITE_BYTES) return this.#flush();
  }

  async finish(): Promise<BodyDigests & { readonly blob: BlobId }> {
    this.#gather(this.#sealer.finish());
    await this.#flush();
    await this.#writer.finish();
    return { ...this.#hashes.digests(), blob: this.#writer.id };
  }

  abort(): Promise<void> {
    return this.#writer.abort();
  }

  #gather(pieces: readonly Buffer[]): void {
    for (const piece of pieces) {
      this.#pieces.push(piece);
      this.#pieceBytes += piece.length;
    }
  }

  #flush(): Promise<void> {
    const sealed = Buffer.concat(this.#pieces, this.#pieceBytes);
    this.#pieces = [];
    this.#pieceBytes = 0;
    return this.#writer.write(sealed);
  }
}
