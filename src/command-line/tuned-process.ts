import { tunedEnvironment } from '../config-process.ts';

/** Two settings of the process must stand in its environment before it begins, and cost much when they do not. So
 * `serve` replaces itself once, keeping its process id, terminal and parent.
 *
 * - MALLOC_ARENA_MAX=2: glibc gives each of our threads a heap of its own otherwise, which holds on to what
 *   RocksDB and node free (a sixth of the whole process, measured).
 * - UV_THREADPOOL_SIZE=16: a mid-size PUT does half a dozen file operations, each of which may wait for the disk; the
 *   default of four lets a few uploads hold up all others.
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
