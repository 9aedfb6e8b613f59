import type { Buffer } from 'node:buffer';
import { writeSync } from 'node:fs';

/** Writes all of `bytes` at `position` of a file: one call to the system may take fewer.
 * @throws Error as the disk gives it */
export function writeFully(file: number, bytes: Buffer, position: number): void {
  let done = 0;
  while (done < bytes.length) done += writeSync(file, bytes, done, bytes.length - done, position + done);
}
