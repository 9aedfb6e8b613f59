import { closeSync, openSync, readdirSync, readSync, statSync, writeSync } from 'node:fs';
import { join, relative } from 'node:path';
import { projectRoot, type Upload } from './world.ts';

const LARGE_FILE_BYTES = 100 * 1024 * 1024;
const SMALL_FILES_MAX = 24;

/** Real input: files of this project as they are, and one of 100 MiB made of the runtime's own binary. */
export function collectUploads(workFolder: string): Upload[] {
  const small = [
    'README.md',
    'ARCHITECTURE.md',
    'package.json',
    'LICENSE',
    ...listFiles('examples'),
    ...listFiles('src/lib'),
  ];
  const uploads = small.slice(0, SMALL_FILES_MAX).map((key) => ({ key, path: join(projectRoot, key) }));
  const large = join(workFolder, 'runtime-100MiB.bin');
  writeLargeFile(large);
  return [...uploads, { key: 'large/runtime-100MiB.bin', path: large }];
}

function listFiles(folder: string): string[] {
  return readdirSync(join(projectRoot, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(projectRoot, join(entry.parentPath, entry.name)))
    .toSorted();
}

function writeLargeFile(path: string): void {
  const source = openSync(process.execPath, 'r');
  const target = openSync(path, 'w');
  const chunk = Buffer.alloc(1024 * 1024);
  const sourceBytes = statSync(process.execPath).size;
  for (let written = 0; written < LARGE_FILE_BYTES; ) {
    const wanted = Math.min(chunk.length, LARGE_FILE_BYTES - written);
    const count = readSync(source, chunk, 0, wanted, written % sourceBytes);
    writeSync(target, chunk, 0, count);
    written += count;
  }
  closeSync(source);
  closeSync(target);
}
