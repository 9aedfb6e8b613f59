import { invalidRange } from '../../../errors/s3.ts';
import type { ConditionSubject } from './read-conditions.ts';
import { entityTagMatches } from './read-conditions.ts';

/** `start` inclusive, `end` exclusive. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** What a Range header asks of `size` bytes; undefined means: the whole object, answered 200. AWS ignores what it cannot
 * read (several ranges, a range backwards, another unit).
 * @throws AwsError InvalidRange when the range is well formed and starts past the end. */
export function byteRange(header: string | undefined, size: number): ByteRange | undefined {
  if (header === undefined) return undefined;
  const match = /^bytes=(\d*)-(\d*)$/.exec(header.trim());
  if (match === null) return undefined;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return undefined;
  if (first === '') {
    const suffixLength = Number(last);
    if (suffixLength === 0) throw invalidRange(header, size);
    // AWS: the last bytes of nothing are all of it (200), while a first byte is not there.
    if (size === 0) return undefined;
    return { start: Math.max(0, size - suffixLength), end: size };
  }
  const start = Number(first);
  const lastByte = last === '' ? size - 1 : Number(last);
  if (last !== '' && lastByte < start) return undefined;
  if (start >= size) throw invalidRange(header, size);
  return { start, end: Math.min(lastByte + 1, size) };
}

/** If-Range: the range counts only while the object is still the one the client has a part of. */
export function rangeStillApplies(ifRange: string | undefined, subject: ConditionSubject): boolean {
  if (ifRange === undefined) return true;
  const asDateMs = Date.parse(ifRange);
  if (!ifRange.includes('"') && Number.isFinite(asDateMs)) {
    return Math.floor(subject.lastModifiedMs / 1000) === Math.floor(asDateMs / 1000);
  }
  // A weak tag never matches strongly (RFC 9110 section 13.1.5).
  return !ifRange.startsWith('W/') && entityTagMatches(ifRange, subject.etag);
}
