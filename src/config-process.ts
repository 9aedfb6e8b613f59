import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Keeps compiled code between runs, which halves the time to be ready. It lies with the user, not in a directory that
 * all may write: who writes it runs code here. */
export function keepCompiledCode(environment: NodeJS.ProcessEnv = process.env): void {
  const cache = environment['XDG_CACHE_HOME'] ?? homeCache();
  if (cache === undefined) return;
  const compiled = join(cache, 'holdfast', 'compiled');
  const { directory } = enableCompileCache(compiled);
  // Threads take it from the environment, which they inherit.
  if (directory !== undefined) environment['NODE_COMPILE_CACHE'] ??= compiled;
}

/** A user id that a container made up has no home. */
function homeCache(): string | undefined {
  try {
    return join(homedir(), '.cache');
  } catch {
    return undefined;
  }
}

// Of the process itself, see command-line/tuned-process.ts. An operator's own values stay.
const TUNED_VARIABLES = { MALLOC_ARENA_MAX: '2', UV_THREADPOOL_SIZE: '16' };

/** The environment that `serve` should run in; undefined when it does already. */
export function tunedEnvironment(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Record<string, string> | undefined {
  if (Object.keys(TUNED_VARIABLES).every((name) => environment[name] !== undefined)) return undefined;
  const given = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return { ...TUNED_VARIABLES, ...Object.fromEntries(given) };
}
