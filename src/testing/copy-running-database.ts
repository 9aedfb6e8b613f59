import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../lib/error-code.ts';

/** More than a start or a checkpoint, which is all that runs meanwhile, makes and removes files. */
const ATTEMPTS_MAX = 100;

/** What a kill at this moment leaves, but for the lock. RocksDB removes files in the background that it no longer needs, so
 * the copy is taken anew until the folder held the same files before and after.
 * @throws Error when the database does not come to rest */
export function copyRunningDatabase(from: string, to: string): void {
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    const before = filesIn(from);
    if (copied(from, to) && filesIn(from) === before) {
      rmSync(join(to, 'LOCK'));
      return;
    }
    rmSync(to, { recursive: true, force: true });
  }
  throw new Error(`${from} never kept its files for as long as a copy takes`);
}

function filesIn(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted().join('\n');
}

function copied(from: string, to: string): boolean {
  try {
    cpSync(from, to, { recursive: true });
    return true;
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    return false;
  }
}
