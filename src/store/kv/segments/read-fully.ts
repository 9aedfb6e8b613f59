import type { Buffer } from 'node:buffer';
import { readSync } from 'node:fs';

/** Fills `into` from `position` of a file on.
 * @returns how many bytes: fewer where the file ends */
export function readFully(file: number, into: Buffer, position: number): number {
  let done = 0;
  while (done < into.length) {
    const read = readSync(file, into, done, into.length - done, position + done);
    if (read === 0) break;
    done += read;
  }
  return done;
}
