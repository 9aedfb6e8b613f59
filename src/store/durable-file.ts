import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Replaces `path` as a whole: after this returns, a power loss leaves the new content, before it the old one. */
export function writeFileDurably(path: string, content: string, mode = 0o600): void {
  const temporary = `${path}.new`;
  writeSynced(temporary, content, mode);
  renameSync(temporary, path);
  syncDirectory(dirname(path));
}

/** What a file system without hard links says, where the last of several then wins. */
const NO_HARD_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/** As `writeFileDurably`, where there is no file yet. Of several processes that try at once, one succeeds.
 * @returns whether it did: false where the file is there. */
export function createFileDurably(path: string, content: string, mode = 0o600): boolean {
  // A name of this process alone, which nobody else cuts short.
  const temporary = `${path}.${process.pid}.new`;
  writeSynced(temporary, content, mode);
  try {
    linkSync(temporary, path);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (!NO_HARD_LINKS.has(code)) throw error;
    renameSync(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
    syncDirectory(dirname(path));
  }
  return true;
}

function writeSynced(path: string, content: string, mode: number): void {
  const file = openSync(path, 'w', mode);
  try {
    writeSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** A new directory entry is on stable storage only after its directory was synced, too. */
export function syncDirectory(path: string): void {
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

/** Makes `path` and what is missing above it. The names of all that were made, and of `path` and its parent in any case
 * (a start that was killed may have made them and not synced), are then on stable storage. */
export function makeDirectoryDurably(path: string): void {
  const first = mkdirSync(path, { recursive: true, mode: 0o700 }) ?? dirname(path);
  for (let made = path, parent = dirname(made); parent !== made; made = parent, parent = dirname(made)) {
    syncIfReadable(parent);
    // `first` is the topmost that was made: its name is in its parent, which was just synced.
    if (made.length <= first.length) break;
  }
}

/** A directory that this user may pass but not open was not made by this program. */
function syncIfReadable(path: string): void {
  try {
    syncDirectory(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
  }
}
