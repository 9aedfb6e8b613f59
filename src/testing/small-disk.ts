import { Buffer } from 'node:buffer';
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';

/** Mounts a small file system in memory (`size=96m`), where this machine lets us. Where it does not, that is said as loudly;
 * in CI it is a failure, unless the tests do not run as root. */
export function mountSmallDisk(folder: string, options: string): boolean {
  const mounting = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { encoding: 'utf8' });
  if (mounting.status === 0) return true;
  const why = `a file system of its own cannot be mounted: ${mounting.error?.message ?? mounting.stderr.trim()}`;
  if (process.getuid?.() === 0 && process.env['HOLDFAST_REQUIRE_PARTS'] === '1') throw new Error(why);
  console.warn(`SKIPPED: ${why}`);
  return false;
}

/** Takes what is left of the disk on which `filler` is to lie. */
export function fillDisk(filler: string): void {
  const file = openSync(filler, 'w');
  const chunk = Buffer.alloc(64 * 1024, 1);
  try {
    while (writeSync(file, chunk) === chunk.length);
  } catch {
    // Full, as meant.
  } finally {
    closeSync(file);
  }
}
