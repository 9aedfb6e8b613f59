import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Thrown when another process has the directory open. */
export class DirectoryInUseError extends Error {
  override readonly name = 'DirectoryInUseError';
  readonly directory: string;

  constructor(directory: string) {
    super(`The directory ${directory} is in use by another process.`);
    this.directory = directory;
  }
}

/** Holds `directory` for this process until `release` is called or the process ends, however it ends: the lock is
 * the operating system's, taken through an empty SQLite database because Node has no file locks of its own.
 * @throws DirectoryInUseError */
export async function lockDirectory(directory: string): Promise<{ release(): void }> {
  await mkdir(directory, { recursive: true });
  const database = new DatabaseSync(join(directory, 'lock'));
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (/locked/.test(String(error))) throw new DirectoryInUseError(directory);
    throw error;
  }
  return { release: () => database.close() };
}
