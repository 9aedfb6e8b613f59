import type { Keyring } from '../../keys/keyring.ts';
import type { ChecksumAlgorithm } from '../../lib/checksums/index.ts';
import type { BlobId, BlobStore } from '../../store/blobs/blob-store.ts';
import type { SealedKey } from '../../store/tables/rows.ts';
import type { HashingThreads } from './threads/hashing-threads.ts';

/** Above this a body goes to a file, up to it into the commit itself. A file costs a create, a sync of its own and
 * one of its directory; in a commit the bytes share a sync with other writers, but are written twice (log and
 * table). 8 KiB is two pages: small enough that a list of rows in one batch stays small. */
export const INLINE_BYTES_MAX = 8 * 1024;

/** Up to this a body is hashed and sealed on the event loop, chunk by chunk (about 0.1 ms for each 64 KiB); above,
 * on a thread, where the copies and messages that this takes are small beside it. Reading has the same border. */
export const LOOP_BYTES_MAX = 1024 * 1024;

/** What PutObject and UploadPart stream a body into. Memory is constant, whatever its size.
 *
 * States: open (any number of `write`) → finished or aborted. After any failure, and in place of `finish`, `abort`
 * removes what was stored. Each `write` is awaited before the next call. */
export interface BodySink {
  /** Takes the chunk: it may not change afterwards. A promise is backpressure: nothing else may be called before.
   * @throws StoreUnavailableError */
  write(chunk: Buffer): Promise<void> | void;
  /** All bytes are on stable storage afterwards, or, inline, in the caller's hands.
   * @throws StoreUnavailableError */
  finish(): Promise<FinishedBody>;
  /** Never throws: what it cannot remove is swept as an orphan. */
  abort(): Promise<void>;
}

export interface FinishedBody extends BodyDigests {
  /** Plain bytes. */
  readonly size: number;
  readonly stored: StoredBody;
}

export interface BodyDigests {
  readonly md5Hex: string;
  /** Base64, for each algorithm that was asked for. */
  readonly checksums: ReadonlyMap<ChecksumAlgorithm, string>;
}

/** Becomes a `Locator`, except that an empty body has none. */
export type StoredBody =
  | { readonly kind: 'empty' }
  | { readonly kind: 'inline'; readonly sealed: Buffer; readonly key: SealedKey }
  | { readonly kind: 'file'; readonly blob: BlobId; readonly key: SealedKey };

export interface SinkOptions {
  /** Bytes that will come, if the client said so; saves a detour, and nothing is wrong when it is not true. */
  readonly expectedSize?: number;
  /** Checksums to compute beside MD5, which always is. */
  readonly algorithms: readonly ChecksumAlgorithm[];
  readonly region: { readonly blobs: BlobStore };
  readonly keyring: Keyring;
  /** Without them, everything runs on the event loop (tests, the simulation). */
  readonly threads?: HashingThreads;
  /** Default INLINE_BYTES_MAX. */
  readonly inlineBytesMax?: number;
}
