import { JobFailure } from '../job-failure.ts';
import { CSV_BYTES_AT_ONCE, CSV_ROW_LENGTH_MAX } from './limits.ts';

export interface CsvRow {
  /** Of its first character, from 1. */
  readonly line: number;
  readonly fields: readonly string[];
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BYTE_ORDER_MARK = '\u{feff}';
const REPLACEMENT = '\u{fffd}';

/** Rows of a CSV in the form of RFC 4180, UTF-8 without byte order mark, a few hundred at once. Rows
 * end in LF or CRLF, the last one optionally; a quoted field may hold either. What one row holds is all that is kept
 * between chunks.
 * @param source names the object in messages.
 * @throws JobFailure InvalidManifestContent, naming the line */
export async function* readCsv(
  chunks: AsyncIterable<Buffer>,
  source: string,
): AsyncGenerator<readonly CsvRow[], void, undefined> {
  const text = new CsvText(source);
  for await (const chunk of chunks) {
    for (let start = 0; start < chunk.length; start += CSV_BYTES_AT_ONCE) {
      const rows = text.rows(chunk.subarray(start, start + CSV_BYTES_AT_ONCE), false);
      if (rows.length > 0) yield rows;
    }
  }
  const rest = text.rows(Buffer.alloc(0), true);
  if (rest.length > 0) yield rest;
}

interface ReadRow {
  readonly fields: readonly string[];
  /** Where the next row begins. */
  readonly end: number;
}

class CsvText {
  readonly #source: string;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  /** What has not made a whole row yet. */
  #text = '';
  #line = 1;
  #begun = false;

  constructor(source: string) {
    this.#source = source;
  }

  rows(chunk: Buffer, last: boolean): CsvRow[] {
    const text = this.#text + this.#decode(chunk, last);
    if (!this.#begun && text.length > 0) {
      this.#begun = true;
      if (text.startsWith(BYTE_ORDER_MARK)) throw this.#invalid('the file begins with a byte order mark');
    }
    const rows: CsvRow[] = [];
    let start = 0;
    while (start < text.length) {
      const row = this.#readRow(text, start, last);
      if (row === undefined) break;
      rows.push({ line: this.#line, fields: row.fields });
      this.#line += linesIn(text, start, row.end);
      start = row.end;
    }
    this.#text = text.slice(start);
    if (this.#text.length > CSV_ROW_LENGTH_MAX) throw this.#tooLong();
    return rows;
  }

  /** Undefined where the row does not end in what is there yet. */
  #readRow(text: string, start: number, last: boolean): ReadRow | undefined {
    const fields: string[] = [];
    let at = start;
    for (;;) {
      const quoted = text.charCodeAt(at) === QUOTE;
      const end = quoted ? quotedEnd(text, at) : plainEnd(text, at);
      // A closing quote at the end of the text may be the first half of an escaped one, a CR that of a line end.
      if (end === undefined || (end >= text.length - 1 && !last && text.charCodeAt(end) !== NEWLINE)) {
        if (last) throw this.#invalid('a quoted field is not closed');
        return undefined;
      }
      if (end - start > CSV_ROW_LENGTH_MAX) throw this.#tooLong();
      fields.push(quoted ? text.slice(at + 1, end - 1).replaceAll('""', '"') : text.slice(at, end));
      if (text.charCodeAt(end) === COMMA) {
        at = end + 1;
        continue;
      }
      const rowEnd = text.charCodeAt(end) === CARRIAGE_RETURN ? end + 1 : end;
      if (rowEnd >= text.length) return { fields, end: text.length };
      if (text.charCodeAt(rowEnd) === NEWLINE) return { fields, end: rowEnd + 1 };
      throw this.#invalid(
        quoted ? 'text follows a closing quote' : 'a field that is not quoted holds a quote',
      );
    }
  }

  #decode(chunk: Buffer, last: boolean): string {
    try {
      return this.#decoder.decode(chunk, { stream: !last });
    } catch (error) {
      const lenient = new TextDecoder().decode(chunk);
      const bad = lenient.indexOf(REPLACEMENT);
      this.#line += linesIn(this.#text, 0, this.#text.length) + linesIn(lenient, 0, Math.max(bad, 0));
      throw this.#invalid('not UTF-8', error);
    }
  }

  #tooLong(): JobFailure {
    return this.#invalid(`a row is longer than ${CSV_ROW_LENGTH_MAX} characters`);
  }

  #invalid(reason: string, cause?: unknown): JobFailure {
    return invalidRow(this.#source, this.#line, reason, cause);
  }
}

export function invalidRow(source: string, line: number, reason: string, cause?: unknown): JobFailure {
  return new JobFailure(
    'InvalidManifestContent',
    `${source}, line ${line}: ${reason}`,
    cause === undefined ? undefined : { cause },
  );
}

/** Where a field that begins at `at` ends: at a comma, a line end (its CR, if any), a quote that is out of place or the
 * end of the text. */
function plainEnd(text: string, at: number): number {
  for (let end = at; end < text.length; end += 1) {
    const unit = text.charCodeAt(end);
    if (unit === COMMA || unit === NEWLINE || unit === QUOTE) return end;
    if (unit === CARRIAGE_RETURN && (end + 1 === text.length || text.charCodeAt(end + 1) === NEWLINE))
      return end;
  }
  return text.length;
}

/** Behind the closing quote of the field that opens at `at`; undefined where the text ends before it. */
function quotedEnd(text: string, at: number): number | undefined {
  for (let end = text.indexOf('"', at + 1); end !== -1; end = text.indexOf('"', end + 2)) {
    if (text.charCodeAt(end + 1) !== QUOTE) return end + 1;
  }
  return undefined;
}

function linesIn(text: string, start: number, end: number): number {
  let lines = 0;
  for (let at = text.indexOf('\n', start); at !== -1 && at < end; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}
