import type { Buffer } from 'node:buffer';
import { messageOf } from '../../lib/error-message.ts';
import type { NamedKey } from './key-space.ts';
import type { Key, KeyedRow, Range, Row } from './key-value-store.ts';

/** What an engine gives to the layer above: reads of the thread they are made in, and one writer. Everything is
 * synchronous; who calls it decides which thread waits. Checks, counters' sums and versions are not the engine's
 * business (committer.ts). */
export interface EngineReader {
  get(keys: readonly Key[]): (Row | undefined)[];
  range(range: Range): KeyedRow[];
  /** The total of each counter, undefined where there is none. */
  counters(keys: readonly Key[]): (number | undefined)[];
  counterRange(range: Range): { key: Buffer; value: number }[];
  close(): Promise<void>;
}

export interface EngineWriter extends EngineReader {
  isEmpty(range: Pick<Range, 'start' | 'end'>): boolean;
  /** Staged until `write`. `stored` is the row's version and value (stored-row.ts). */
  put(at: NamedKey, stored: Buffer): void;
  setCounter(at: NamedKey, total: number): void;
  delete(at: NamedKey): void;
  /** Makes everything staged durable and visible, all of it or nothing.
   * @throws EngineWriteError */
  write(): void;
  /** Forgets what is staged. */
  discard(): void;
  /** After a failed write: makes the engine writable again if it can. Resolves to why not. */
  recover(): Promise<string | undefined>;
}

/** `written` is `unknown` when the failure came after the data was handed over (a failed sync): it may reappear
 * when the files are read again. */
export class EngineWriteError extends Error {
  override readonly name = 'EngineWriteError';
  readonly written: 'nothing' | 'unknown';

  constructor(written: 'nothing' | 'unknown', cause: unknown) {
    super(messageOf(cause), { cause });
    this.written = written;
  }
}
