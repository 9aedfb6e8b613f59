/** The one contract of the metadata store (DESIGN decision 3): an ordered map from bytes to bytes with atomic,
 * checked commits. Every engine passes the suite in `key-value-store.contract.ts`.
 *
 * Invariants
 * - A commit is all or nothing, and durable before it answers `committed`.
 * - A reader sees a commit whole or not at all, and sees it before its writer is answered.
 * - `unknown` means: it may or may not have happened. Whoever repeats it relies on its checks, which is why a
 *   commit with an `add` must carry a check that its own success makes fail.
 */
export type Key = Uint8Array;

/** Grows with every change of that row, never reused for the same key; 0 stands for "absent". */
export type RowVersion = number;
export const ABSENT: RowVersion = 0;

export interface Row {
  readonly value: Buffer;
  readonly version: RowVersion;
  /** The value as UTF-8, where the engine has read it so: for decoders, which then need no bytes. */
  readonly text?: string;
}

/** What a row is decoded from. */
export type RowValue = Pick<Row, 'value' | 'text'>;

export function textOf(row: RowValue): string {
  return row.text ?? row.value.toString('utf8');
}

export interface KeyedRow extends Row {
  readonly key: Buffer;
}

/** Keys from `start` (inclusive) to `end` (exclusive), in byte order, or backwards when `reverse`. */
export interface Range {
  readonly start: Key;
  readonly end: Key;
  readonly limit?: number;
  /** The read ends behind the row with which it is more than so many bytes, if not before (`reachedEnd`). */
  readonly bytesMax?: number;
  readonly reverse?: boolean;
}

export type Check =
  | { readonly kind: 'version'; readonly key: Key; readonly version: RowVersion }
  | { readonly kind: 'empty'; readonly start: Key; readonly end: Key };

/** Keys that are ever written by `add` hold counters and nothing else; they are read by `sum`. */
export type Write =
  | { readonly kind: 'put'; readonly key: Key; readonly value: Uint8Array }
  | { readonly kind: 'delete'; readonly key: Key }
  | { readonly kind: 'add'; readonly key: Key; readonly delta: number };

export interface Commit {
  readonly checks: readonly Check[];
  readonly writes: readonly Write[];
}

export type CommitResult =
  /** `version` is the new version of every row that this commit put. */
  | { readonly outcome: 'committed'; readonly version: RowVersion }
  | { readonly outcome: 'conflict' }
  | { readonly outcome: 'unknown'; readonly cause: unknown };

/** Thrown by reads and commits when the engine cannot serve: disk full, read-only, failing. Nothing was written. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
}

export type WritableState = { readonly ok: true } | { readonly ok: false; readonly reason: string };

export interface KeyValueStore {
  /** One answer per key, in order. All rows are of one moment. */
  get(keys: readonly Key[]): Promise<(Row | undefined)[]>;
  /** Rows of one moment. */
  range(range: Range): Promise<KeyedRow[]>;
  /** The sum of each counter: 0 where nothing was ever added. */
  counters(keys: readonly Key[]): Promise<number[]>;
  /** Every counter of a range with its value. */
  counterRange(range: Range): Promise<{ key: Buffer; value: number }[]>;
  /** @throws StoreUnavailableError when nothing was written and nothing could be. */
  commit(commit: Commit): Promise<CommitResult>;
  /** A number that has changed after any commit that wrote a row whose first key byte is below
   * `CONFIGURATION_TABLE_END`, before that commit was answered, in every thread. Lets callers keep parsed
   * configuration (buckets, policies, keys) without ever using a stale one. */
  configurationEpoch(): number;
  /** Calls back, in this thread and best effort, with the keys that committed puts wrote below `prefix`. */
  watch(prefix: Key, listener: (keys: Buffer[]) => void): () => void;
  /** Whether a commit can be expected to succeed. Asking makes the store try to recover from a failed write. */
  writable(): Promise<WritableState>;
  close(): Promise<void>;
}

/** Tables numbered below this are configuration: read by every request, written rarely. */
export const CONFIGURATION_TABLE_END = 0x20;
