import { tunedEnvironment } from '../config-process.ts';

/** Some settings of the process must stand in its environment before it begins, and cost much when they do not. So
 * `serve` replaces itself once, keeping its process id, terminal and parent.
 *
 * - MALLOC_ARENA_MAX=2: glibc gives each of our threads a heap of its own otherwise, which holds on to what
 *   RocksDB and node free (a sixth of the whole process, measured).
 * - UV_THREADPOOL_SIZE=16: a mid-size PUT does half a dozen file operations, each of which may wait for the disk; the
 *   default of four lets a few uploads hold up all others.
 * - GLIBC_TUNABLES: copies by the processor's string instruction, glibc's choice from 2 KiB on, are thirteen times slower
 *   on AMD's Zen 3 and 4 where the target begins up to 48 bytes after the source, counted within their pages (glibc bug 30994,
 *   mended in 2.39). As two blocks from malloc often lie like that, large copies are left to vector instructions.
 *
 * Where node cannot replace the process (before 22.15, Windows) it goes on as it is. */
export function replaceWithTunedProcess(): void {
  const environment = tunedEnvironment();
  if (environment === undefined || typeof process.execve !== 'function') return;
  process.execve(
    process.execPath,
    [process.execPath, ...process.execArgv, ...process.argv.slice(1)],
    environment,
  );
}
