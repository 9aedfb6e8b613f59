/** Where bodies lie that are too large to travel inside a commit (DESIGN decision 5). A blob is written once,
 * belongs to one version, cannot be listed by the product, appended to or renamed: the row that names it is the
 * only thing that makes it real. What is stored here is always already sealed. */
export interface BlobStore {
  /** A writer whose blob exists, durably, only when `finish` has resolved.
   * @throws StoreUnavailableError, as every method of the writer does */
  create(): Promise<BlobWriter>;
  /** The stored bytes from `start` (inclusive) to `end` (exclusive), in chunks of `READ_CHUNK_BYTES` (the last one
   * shorter). A chunk may be recycled (lib/recycle.ts).
   * @throws BlobMissingError when there is no such blob, or it ends before `end`; StoreUnavailableError */
  read(id: BlobId, start: number, end: number): AsyncIterable<Buffer>;
  /** Removing what is not there is not an error: the sweeper may come twice. */
  remove(id: BlobId): Promise<void>;
  /** Ids written by incarnations other than the living ones; only the sweeper asks. */
  orphanCandidates(livingIncarnations: ReadonlySet<string>): AsyncIterable<BlobId>;
  /** Where another thread of this process can open the same store; absent where it cannot. */
  readonly location?: BlobLocation;
  close(): Promise<void>;
}

export interface BlobLocation {
  readonly directory: string;
  readonly incarnation: string;
}

/** Four sealed frames (keys/frame-layout.ts), so that no frame is torn; two chunks are in memory for each reader,
 * however slow its client. */
export const READ_CHUNK_BYTES = 4 * (64 * 1024 + 16);

/** `<incarnation>-<unguessable>`: the incarnation tells whether its writer may still be about to commit it. */
export type BlobId = string;

export interface BlobWriter {
  readonly id: BlobId;
  write(chunk: Uint8Array): Promise<void>;
  /** Bytes and directory entry are on stable storage afterwards. */
  finish(): Promise<void>;
  /** Gives up and removes what was written. Safe after any failure. */
  abort(): Promise<void>;
}

export class BlobMissingError extends Error {
  override readonly name = 'BlobMissingError';
}
