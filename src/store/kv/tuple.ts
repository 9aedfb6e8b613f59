import { Buffer } from 'node:buffer';

/** The one key codec (DESIGN decision 14): the byte order of keys is the order of their elements.
 *
 * The first element is the table number, one raw byte. Every other element is a tag byte and its content:
 *   0x01 bytes, 0x02 string (UTF-8): content with 0x00 written as 0x00 0xff, closed by 0x00
 *   0x10 + n number: n bytes, big-endian, no leading zero (n = 0 for zero)
 * A closing 0x00 sorts before anything that may continue the content, so a shorter string sorts first. */
export type KeyElement = string | number | Uint8Array;

const TAG_BYTES = 0x01;
const TAG_STRING = 0x02;
const TAG_NUMBER = 0x10;
/** Stands before each string of a key. */
export const STRING_TAG = TAG_STRING;
/** A safe integer has at most 53 bits. */
const NUMBER_BYTES_MAX = 7;
const ESCAPED_NUL = 0xff;

// One key is built at a time, so one scratch buffer serves all; grown for keys that are longer.
let scratch = Buffer.allocUnsafeSlow(8192);

/** The key of these elements; the first is the table number (0 to 255).
 * @throws RangeError for a number that is no non-negative safe integer. */
export function encodeKey(...elements: readonly KeyElement[]): Buffer {
  return copyOfScratch(encodeInto(elements));
}

/** Like `encodeKey`, but the last element, a string, stays open: the start of all keys whose element in that
 * place begins with it. */
export function encodeOpenKey(...elements: readonly [...KeyElement[], string]): Buffer {
  return copyOfScratch(encodeInto(elements) - 1);
}

/** Without a view in between: every request makes several keys. */
function copyOfScratch(length: number): Buffer {
  const key = Buffer.allocUnsafe(length);
  scratch.copy(key, 0, 0, length);
  return key;
}

/** All keys that begin with `prefix`. */
export function prefixRange(prefix: Uint8Array): { start: Buffer; end: Buffer } {
  const start = Buffer.from(prefix);
  return { start, end: keyAfterPrefix(start) };
}

/** The first key after all that begin with `prefix`.
 * @throws RangeError for a prefix of nothing but 0xff: no key follows it. */
export function keyAfterPrefix(prefix: Uint8Array): Buffer {
  let length = prefix.length;
  while (length > 0 && prefix[length - 1] === 0xff) length -= 1;
  if (length === 0) throw new RangeError('no key follows this prefix');
  const end = Buffer.from(prefix.subarray(0, length));
  end[length - 1] = (end[length - 1] ?? 0) + 1;
  return end;
}

/** The smallest key greater than `key`. */
export function keyAfter(key: Uint8Array): Buffer {
  const next = Buffer.alloc(key.length + 1);
  next.set(key);
  return next;
}

/** The elements that made `key`, table number first.
 * @param elementsMax those after it are not looked at
 * @throws RangeError when it is none of our keys. */
export function decodeKey(key: Uint8Array, elementsMax = Number.POSITIVE_INFINITY): KeyElement[] {
  const bytes = Buffer.from(key.buffer, key.byteOffset, key.byteLength);
  const elements: KeyElement[] = [byteAt(bytes, 0)];
  let at = 1;
  while (at < bytes.length && elements.length < elementsMax) {
    const tag = byteAt(bytes, at);
    at += 1;
    if (tag === TAG_BYTES || tag === TAG_STRING) {
      const end = contentEnd(bytes, at);
      elements.push(tag === TAG_STRING ? textOf(bytes, at, end) : unescape(bytes.subarray(at, end)));
      at = end + 1;
    } else if (tag >= TAG_NUMBER && tag <= TAG_NUMBER + NUMBER_BYTES_MAX) {
      const end = at + tag - TAG_NUMBER;
      let value = 0;
      for (; at < end; at += 1) value = value * 256 + byteAt(bytes, at);
      elements.push(value);
    } else {
      throw new RangeError(`a key holds the unknown tag ${tag}`);
    }
  }
  return elements;
}

function encodeInto(elements: readonly KeyElement[]): number {
  reserve(elements);
  const table = elements[0];
  if (typeof table !== 'number' || !Number.isInteger(table) || table < 0 || table > 0xff) {
    throw new RangeError('a key begins with its table number, 0 to 255');
  }
  scratch[0] = table;
  let at = 1;
  for (let index = 1; index < elements.length; index += 1) {
    const element = elements[index];
    if (typeof element === 'string') at = writeString(element, at);
    else if (typeof element === 'number') at = writeNumber(element, at);
    else if (element !== undefined) at = writeEscaped(element, TAG_BYTES, at);
  }
  return at;
}

/** UTF-8 takes at most 3 bytes for a UTF-16 unit; escaping doubles NULs, which take one each. */
function reserve(elements: readonly KeyElement[]): void {
  let needed = 1;
  for (const element of elements) needed += typeof element === 'number' ? 8 : element.length * 3 + 2;
  if (needed > scratch.length) scratch = Buffer.allocUnsafeSlow(needed * 2);
}

function writeString(text: string, at: number): number {
  if (text.includes('\0')) return writeEscaped(Buffer.from(text), TAG_STRING, at);
  scratch[at] = TAG_STRING;
  const end = at + 1 + scratch.write(text, at + 1, 'utf8');
  scratch[end] = 0;
  return end + 1;
}

function writeEscaped(content: Uint8Array, tag: number, start: number): number {
  let at = start;
  scratch[at++] = tag;
  for (const byte of content) {
    scratch[at++] = byte;
    if (byte === 0) scratch[at++] = ESCAPED_NUL;
  }
  scratch[at++] = 0;
  return at;
}

function writeNumber(value: number, at: number): number {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError('a number in a key is a non-negative safe integer');
  }
  let length = 0;
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) length += 1;
  scratch[at] = TAG_NUMBER + length;
  let rest = value;
  for (let place = at + length; place > at; place -= 1) {
    scratch[place] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return at + 1 + length;
}

/** Index of the closing 0x00 of the content that starts at `at`. */
function contentEnd(bytes: Buffer, at: number): number {
  let end = bytes.indexOf(0, at);
  while (end !== -1 && bytes[end + 1] === ESCAPED_NUL) end = bytes.indexOf(0, end + 2);
  if (end === -1) throw new RangeError('a key ends inside an element');
  return end;
}

/** Without a copy in between: only what holds a NUL is escaped. */
function textOf(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start, end);
  return text.includes('\0') ? unescape(bytes.subarray(start, end)).toString('utf8') : text;
}

function unescape(content: Buffer): Buffer {
  if (!content.includes(0)) return Buffer.from(content);
  const plain = Buffer.alloc(content.length);
  let length = 0;
  for (let at = 0; at < content.length; at += 1) {
    plain[length++] = content[at] ?? 0;
    if (content[at] === 0) at += 1;
  }
  return plain.subarray(0, length);
}

function byteAt(bytes: Buffer, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new RangeError('a key ends inside an element');
  return byte;
}
