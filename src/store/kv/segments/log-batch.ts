import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import type { Key } from '../key-value-store.ts';
import { VERSION_BYTES } from '../stored-row.ts';
import type { BodyPlace } from './body-pointer.ts';

/** What segments are made of since format 4 (part of the disk format): batches, each what one synced write carried, all
 * numbers big-endian.
 *
 *   batch = 0 (2) | length of the entries (4) | number (6) | CRC-32 of length, number and entries (4) | entries
 *   entry = kind (1) | length of the key (2) | of what follows it (4) | key | what follows
 *
 * What follows the key is the row that is put, as the engine keeps it; or, where a body in a segment is deleted, the number of
 * its segment (4) and its length (4).
 *
 * The number of a store's batches grows by one, so that a batch is never taken for the successor of one that it did not
 * follow. A counter is put as its total: a batch that is applied twice gives what it gave once. */
const HEADER_BYTES = 16;
const LENGTH_AT = 2;
const NUMBER_AT = 6;
const NUMBER_BYTES = 6;
const CHECKSUM_AT = 12;
const ENTRY_HEADER_BYTES = 7;
const DEAD_BODY_BYTES = 8;
const KIND = { put: 1, delete: 2 } as const;

/** What it keeps between two batches; a larger one gets memory of its own. */
const BYTES_AT_REST = 512 * 1024;

/** How many bytes of which segment died. */
export type DeadBody = Pick<BodyPlace, 'segment' | 'length'>;

/** The batch that is being staged. */
export class LogBatch {
  #bytes = Buffer.allocUnsafeSlow(BYTES_AT_REST);
  #length = HEADER_BYTES;

  /** @param stored as the engine keeps it: the version, then the value
   * @returns the offset of the value from the beginning of the batch */
  put(key: Key, stored: Buffer): number {
    const at = this.#begin(KIND.put, key, stored.length);
    stored.copy(this.#bytes, at);
    return at + VERSION_BYTES;
  }

  /** @param gone the body that nothing leads to any more */
  delete(key: Key, gone?: DeadBody): void {
    if (gone === undefined) {
      this.#begin(KIND.delete, key, 0);
      return;
    }
    const at = this.#begin(KIND.delete, key, DEAD_BODY_BYTES);
    this.#bytes.writeUInt32BE(gone.segment, at);
    this.#bytes.writeUInt32BE(gone.length, at + 4);
  }

  /** The whole of it. It must be written before anything else is staged. */
  seal(number: number): Buffer {
    const bytes = this.#bytes.subarray(0, this.#length);
    bytes.writeUInt16BE(0, 0);
    bytes.writeUInt32BE(this.#length - HEADER_BYTES, LENGTH_AT);
    bytes.writeUIntBE(number, NUMBER_AT, NUMBER_BYTES);
    bytes.writeUInt32BE(checksumOf(bytes), CHECKSUM_AT);
    return bytes;
  }

  clear(): void {
    this.#length = HEADER_BYTES;
    if (this.#bytes.length > BYTES_AT_REST) this.#bytes = Buffer.allocUnsafeSlow(BYTES_AT_REST);
  }

  /** @returns where what follows the key begins */
  #begin(kind: number, key: Key, restBytes: number): number {
    const start = this.#length;
    const end = start + ENTRY_HEADER_BYTES + key.length + restBytes;
    if (end > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(end * 2);
      this.#bytes.copy(larger, 0, 0, start);
      this.#bytes = larger;
    }
    this.#bytes[start] = kind;
    this.#bytes.writeUInt16BE(key.length, start + 1);
    this.#bytes.writeUInt32BE(restBytes, start + 3);
    this.#bytes.set(key, start + ENTRY_HEADER_BYTES);
    this.#length = end;
    return end - restBytes;
  }
}

export interface WholeBatch {
  readonly number: number;
  /** Offsets of its entries in what was read. */
  readonly start: number;
  readonly end: number;
}

/** How many bytes the batch at `start` takes, as its header says; undefined where there is none. */
export function batchBytes(bytes: Buffer, start = 0): number | undefined {
  if (start + HEADER_BYTES > bytes.length || bytes.readUInt16BE(start) !== 0) return undefined;
  const length = bytes.readUInt32BE(start + LENGTH_AT);
  return length === 0 ? undefined : HEADER_BYTES + length;
}

/** The batch at `start`; `cut` where `bytes` end within it; undefined where none begins, or not a whole one. */
export function readBatch(bytes: Buffer, start: number): WholeBatch | 'cut' | undefined {
  if (start + HEADER_BYTES > bytes.length) return 'cut';
  const size = batchBytes(bytes, start);
  if (size === undefined) return undefined;
  if (start + size > bytes.length) return 'cut';
  const batch = bytes.subarray(start, start + size);
  if (batch.readUInt32BE(CHECKSUM_AT) !== checksumOf(batch)) return undefined;
  const number = batch.readUIntBE(NUMBER_AT, NUMBER_BYTES);
  return { number, start: start + HEADER_BYTES, end: start + size };
}

export const BATCH_HEADER_BYTES = HEADER_BYTES;

export type LogEntry =
  | {
      readonly kind: 'put';
      readonly key: Buffer;
      readonly stored: Buffer;
      /** Offset of the value in what was read. */
      readonly value: number;
    }
  | { readonly kind: 'delete'; readonly key: Buffer; readonly gone: DeadBody | undefined };

/** Of a batch that `readBatch` found whole, in order. */
export function* entriesOf(bytes: Buffer, { start, end }: WholeBatch): Generator<LogEntry> {
  for (let at = start; at < end; ) {
    const key = at + ENTRY_HEADER_BYTES;
    const put = key + bytes.readUInt16BE(at + 1);
    const next = put + bytes.readUInt32BE(at + 3);
    if (bytes[at] === KIND.put) {
      const stored = bytes.subarray(put, next);
      yield { kind: 'put', key: bytes.subarray(key, put), stored, value: put + VERSION_BYTES };
    } else yield { kind: 'delete', key: bytes.subarray(key, put), gone: deadBodyAt(bytes, put, next) };
    at = next;
  }
}

function deadBodyAt(bytes: Buffer, start: number, end: number): DeadBody | undefined {
  if (end - start !== DEAD_BODY_BYTES) return undefined;
  return { segment: bytes.readUInt32BE(start), length: bytes.readUInt32BE(start + 4) };
}

function checksumOf(batch: Buffer): number {
  return crc32(batch.subarray(HEADER_BYTES), crc32(batch.subarray(LENGTH_AT, CHECKSUM_AT)));
}
