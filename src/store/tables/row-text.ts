import { CHECKSUM_ALGORITHMS } from '../../lib/checksums/algorithms.ts';
import type { ChecksumAlgorithm, ChecksumValue } from './rows.ts';

/** What the rows that are a line of text have in common: fields in a fixed order, each ended by `|`, which none of them
 * can hold; what follows the last of them is JSON with whatever has no field, so that what a newer release added is kept. */

const ALGORITHMS: ReadonlyMap<string, ChecksumAlgorithm> = new Map(
  CHECKSUM_ALGORITHMS.map((algorithm) => [algorithm, algorithm]),
);

/** @throws RangeError for one that this release does not know */
export function algorithmNamed(name: string): ChecksumAlgorithm {
  const algorithm = ALGORITHMS.get(name);
  if (algorithm === undefined) throw new RangeError('a row of an unknown checksum');
  return algorithm;
}

export function checksumTypeNamed(name: string): ChecksumValue['type'] {
  return name.startsWith('C') ? 'COMPOSITE' : 'FULL_OBJECT';
}

/** The members of `row` that have no field, as JSON in ASCII; nothing where there are none, the usual case. */
export function encodeRest(row: object, hasField: (name: string) => boolean): string {
  if (Object.keys(row).every(hasField)) return '';
  return asciiJson(Object.fromEntries(Object.entries(row).filter(([name]) => !hasField(name))));
}

/** Reads a line's fields in order. */
export class FieldReader {
  readonly #line: string;
  #at: number;

  /** @param start where the first field begins */
  constructor(line: string, start: number) {
    this.#line = line;
    this.#at = start;
  }

  /** @throws RangeError where the line has no further field */
  next(): string {
    const end = this.#line.indexOf('|', this.#at);
    if (end < 0) throw new RangeError('a row was cut');
    const field = this.#line.slice(this.#at, end);
    this.#at = end + 1;
    return field;
  }

  /** What follows the last field: the members that have none. */
  rest(): object | undefined {
    if (this.#at === this.#line.length) return undefined;
    const rest: object = JSON.parse(this.#line.slice(this.#at));
    return rest;
  }
}

/** So that a row that is ASCII otherwise can be written and read a byte a character. */
function asciiJson(value: object): string {
  return JSON.stringify(value).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
