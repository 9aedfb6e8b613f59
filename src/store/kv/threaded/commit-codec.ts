import { Buffer } from 'node:buffer';
import type { Check, Commit, CommitResult, Key, Write } from '../key-value-store.ts';
import type { CommitAnswer, PreparedCheck, PreparedCommit, PreparedWrite } from '../prepared-commit.ts';
import { VERSION_BYTES } from '../stored-row.ts';

/** Commits as one run of bytes, so that a whole event-loop turn's worth crosses to the committer thread without
 * being copied. A commit: id u32, number of checks u16, of writes u16, then those. Keys have a u16 length, values
 * a u32 length and room for the row's version in front. Never stored, so it may change at will. */
const COMMIT_HEADER_BYTES = 8;
/** Kind, lengths and numbers of one check or write, at most. */
const ENTRY_HEADER_BYTES = 1 + 2 + 2 + 8 + VERSION_BYTES;
const KIND = { version: 0, empty: 1, put: 2, delete: 3, add: 4 } as const;
const SIZE_MIN = 16 * 1024;
/** A busy thread sends about as much each turn: memory for so much more than last time need not grow. */
const HEADROOM = 1.5;
/** After a turn of large commits the next may be small. */
const SIZE_AT_FIRST_MAX = 256 * 1024;

/** Gathers commits until they are taken. */
export class CommitEncoder {
  #bytes = Buffer.alloc(0);
  #length = 0;
  #sizeAtFirst = SIZE_MIN;

  get empty(): boolean {
    return this.#length === 0;
  }

  /** @param commit one that `assertCommit` lets pass */
  add(id: number, commit: Commit): void {
    this.#reserve(sizeOf(commit));
    const bytes = this.#bytes;
    let at = bytes.writeUInt32LE(id, this.#length);
    at = bytes.writeUInt16LE(commit.checks.length, at);
    at = bytes.writeUInt16LE(commit.writes.length, at);
    for (const check of commit.checks) at = writeCheck(bytes, at, check);
    for (const write of commit.writes) at = writeWrite(bytes, at, write);
    this.#length = at;
  }

  /** What was gathered, in memory of its own that may be transferred. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#sizeAtFirst = Math.min(Math.max(SIZE_MIN, Math.ceil(this.#length * HEADROOM)), SIZE_AT_FIRST_MAX);
    this.#bytes = Buffer.alloc(0);
    this.#length = 0;
    return taken;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(
      this.#length === 0 ? Math.max(this.#sizeAtFirst, needed) : needed * 2,
    );
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

export function decodeCommits(message: Uint8Array): { id: number; commit: PreparedCommit }[] {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  const commits: { id: number; commit: PreparedCommit }[] = [];
  const cursor = { at: 0 };
  while (cursor.at < bytes.length) {
    const id = bytes.readUInt32LE(cursor.at);
    const checkCount = bytes.readUInt16LE(cursor.at + 4);
    const writeCount = bytes.readUInt16LE(cursor.at + 6);
    cursor.at += COMMIT_HEADER_BYTES;
    const checks: PreparedCheck[] = [];
    for (let n = 0; n < checkCount; n += 1) checks.push(readCheck(bytes, cursor));
    const writes: PreparedWrite[] = [];
    for (let n = 0; n < writeCount; n += 1) writes.push(readWrite(bytes, cursor));
    commits.push({ id, commit: { checks, writes } });
  }
  return commits;
}

const OUTCOMES = ['committed', 'conflict', 'unknown', 'unavailable'] as const;

/** Numbers of one answer in the results. */
export const ANSWER_NUMBERS = 3;

export function encodeAnswers(answers: readonly { id: number; answer: CommitAnswer }[]): {
  results: Float64Array<ArrayBuffer>;
  reasons?: Map<number, string>;
} {
  const results = new Float64Array(answers.length * ANSWER_NUMBERS);
  const reasons = new Map<number, string>();
  let at = 0;
  for (const { id, answer } of answers) {
    results[at] = id;
    results[at + 1] = OUTCOMES.indexOf(answer.outcome);
    if (answer.outcome === 'committed') results[at + 2] = answer.version;
    else if (answer.outcome === 'unavailable') reasons.set(id, answer.reason);
    else if (answer.outcome === 'unknown') reasons.set(id, String(answer.cause));
    at += ANSWER_NUMBERS;
  }
  return reasons.size === 0 ? { results } : { results, reasons };
}

export function decodeAnswer(outcome: number, version: number, reason: string | undefined): CommitAnswer {
  const name = OUTCOMES[outcome];
  const result: CommitResult | undefined =
    name === 'committed' ? { outcome: name, version } : name === 'conflict' ? { outcome: name } : undefined;
  if (result !== undefined) return result;
  if (name === 'unknown') return { outcome: name, cause: new Error(reason ?? 'the write failed') };
  return { outcome: 'unavailable', reason: reason ?? 'the store gave no reason' };
}

function sizeOf({ checks, writes }: Commit): number {
  let size = COMMIT_HEADER_BYTES;
  for (const check of checks) {
    size += ENTRY_HEADER_BYTES;
    size += check.kind === 'version' ? check.key.length : check.start.length + check.end.length;
  }
  for (const write of writes) {
    size += ENTRY_HEADER_BYTES + write.key.length + (write.kind === 'put' ? write.value.length : 0);
  }
  return size;
}

function writeCheck(bytes: Buffer, start: number, check: Check): number {
  let at = bytes.writeUInt8(KIND[check.kind], start);
  if (check.kind === 'version') {
    at = writeKey(bytes, at, check.key);
    return bytes.writeDoubleLE(check.version, at);
  }
  return writeKey(bytes, writeKey(bytes, at, check.start), check.end);
}

function writeWrite(bytes: Buffer, start: number, write: Write): number {
  let at = bytes.writeUInt8(KIND[write.kind], start);
  at = writeKey(bytes, at, write.key);
  if (write.kind === 'add') return bytes.writeDoubleLE(write.delta, at);
  if (write.kind === 'delete') return at;
  at = bytes.writeUInt32LE(write.value.length, at) + VERSION_BYTES;
  bytes.set(write.value, at);
  return at + write.value.length;
}

function writeKey(bytes: Buffer, start: number, key: Key): number {
  const at = bytes.writeUInt16LE(key.length, start);
  bytes.set(key, at);
  return at + key.length;
}

function readCheck(bytes: Buffer, cursor: { at: number }): PreparedCheck {
  const kind = bytes.readUInt8(cursor.at++);
  if (kind === KIND.empty)
    return { kind: 'empty', start: readKey(bytes, cursor), end: readKey(bytes, cursor) };
  const name = readName(bytes, cursor);
  const version = bytes.readDoubleLE(cursor.at);
  cursor.at += 8;
  return { kind: 'version', name, version };
}

function readWrite(bytes: Buffer, cursor: { at: number }): PreparedWrite {
  const kind = bytes.readUInt8(cursor.at++);
  const keyAt = cursor.at;
  const name = readName(bytes, cursor);
  if (kind === KIND.add) {
    const delta = bytes.readDoubleLE(cursor.at);
    cursor.at += 8;
    return { kind: 'add', name, delta };
  }
  const key = bytes.subarray(keyAt + 2, cursor.at);
  if (kind === KIND.delete) return { kind: 'delete', key, name };
  const start = cursor.at + 4;
  const end = start + VERSION_BYTES + bytes.readUInt32LE(cursor.at);
  cursor.at = end;
  return { kind: 'put', key, name, stored: bytes.subarray(start, end) };
}

function readName(bytes: Buffer, cursor: { at: number }): string {
  const start = cursor.at + 2;
  const end = start + bytes.readUInt16LE(cursor.at);
  cursor.at = end;
  return bytes.toString('latin1', start, end);
}

function readKey(bytes: Buffer, cursor: { at: number }): Buffer {
  const start = cursor.at + 2;
  const end = start + bytes.readUInt16LE(cursor.at);
  cursor.at = end;
  return bytes.subarray(start, end);
}
