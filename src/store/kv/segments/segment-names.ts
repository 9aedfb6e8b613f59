import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of a store's segments, beside the files of its engine. */
export const SEGMENTS_FOLDER = 'segments';

const NAME = /^(\d{10})\.bodies$/;
const DIGITS = 10;

export function segmentPath(folder: string, segment: number): string {
  return join(folder, `${String(segment).padStart(DIGITS, '0')}.bodies`);
}

/** Numbers of the segments in a folder, ascending. */
export function segmentsIn(folder: string): number[] {
  const numbers: number[] = [];
  for (const name of readdirSync(folder)) {
    const number = NAME.exec(name)?.[1];
    if (number !== undefined) numbers.push(Number(number));
  }
  return numbers.toSorted((one, other) => one - other);
}
