import type { MessagePort } from 'node:worker_threads';
import type { WritableState } from '../key-value-store.ts';
import type { EngineName, StoreOptions } from '../open.ts';

/** What a thread needs to use a store that another thread of this process writes. Structured-cloneable; `port`
 * has to be in the transfer list. */
export interface StoreConnection {
  readonly port: MessagePort;
  /** Int32 cells, see SharedCell. */
  readonly shared: SharedArrayBuffer;
  /** One Int32 cell of this connection alone: how many of its reads are under way. Of its own, so that a thread that dies in a
   * read takes its count along. */
  readonly reading: SharedArrayBuffer;
  readonly engine: EngineName;
  readonly directory: string;
  /** RocksDB's handle in this process; undefined for SQLite, where each thread has a connection of its own. */
  readonly handle: bigint | undefined;
}

/** Cells of the shared memory. */
export const SharedCell = {
  /** The configuration epoch. */
  epoch: 0,
  /** Even: open. Odd: being closed and opened anew. Negative: closed for good. */
  generation: 1,
  /** How many connections were ever made; raised before one is handed out. */
  connections: 2,
} as const;
export const SHARED_BYTES = 12;
export const READING_BYTES = 4;
export const CLOSED_GENERATION = -1;

/** From a store's user to the committer thread. */
export type StoreRequest =
  /** Encoded commits (commit-codec.ts). */
  | { readonly kind: 'commits'; readonly bytes: Uint8Array }
  /** Replaces what was asked for before. */
  | { readonly kind: 'watch'; readonly prefixes: readonly Uint8Array[] }
  | { readonly kind: 'writable'; readonly id: number };

/** From the committer thread to a store's user. */
export type StoreAnswer =
  | {
      readonly kind: 'answers';
      /** Three numbers for each commit: id, outcome, version. */
      readonly results: Float64Array;
      /** By commit id, for outcomes that have one; absent where none has. */
      readonly reasons?: ReadonlyMap<number, string>;
    }
  | { readonly kind: 'changed'; readonly keys: readonly Uint8Array[] }
  | { readonly kind: 'writable'; readonly id: number; readonly state: WritableState };

/** Between the thread that started the committer thread and it. */
export type ThreadRequest =
  | { readonly kind: 'connect'; readonly port: MessagePort; readonly reading: SharedArrayBuffer }
  | { readonly kind: 'close' };

export type ThreadAnswer =
  | { readonly kind: 'ready'; readonly engine: EngineName; readonly handle: bigint | undefined }
  | { readonly kind: 'refused'; readonly message: string; readonly inUse: boolean }
  | { readonly kind: 'closed' };

/** What a new thread is told first. It comes when its store is to be opened; the program is read meanwhile. */
export interface CommitterThreadData {
  readonly options: StoreOptions;
  readonly shared: SharedArrayBuffer;
}
