import { afterEach, expect, it, vi } from 'vitest';
import { keepCompiledCode, tunedEnvironment } from './config-process.ts';

const home = vi.hoisted(() => ({ directory: undefined as string | undefined }));
vi.mock('node:os', async (original) => ({
  ...(await original<object>()),
  // As node does it for a user id that no account has, when HOME is not set either.
  homedir: () => {
    if (home.directory === undefined) throw new Error('uv_os_homedir returned ENOENT');
    return home.directory;
  },
}));
const kept = vi.hoisted((): string[] => []);
vi.mock('node:module', () => ({
  enableCompileCache: (directory: string) => {
    kept.push(directory);
    return directory.startsWith('/unwritable') ? { status: 0 } : { status: 1, directory };
  },
}));
afterEach(() => kept.splice(0));

it('compiled code is kept below the home, or where XDG_CACHE_HOME says', () => {
  home.directory = '/home/somebody';
  const environment: NodeJS.ProcessEnv = {};
  keepCompiledCode(environment);
  expect(environment).toEqual({ NODE_COMPILE_CACHE: '/home/somebody/.cache/holdfast/compiled' });
  keepCompiledCode({ XDG_CACHE_HOME: '/caches' });
  expect(kept).toEqual(['/home/somebody/.cache/holdfast/compiled', '/caches/holdfast/compiled']);
});

it('without a home, or where it cannot be written, all is compiled each time', () => {
  home.directory = undefined;
  const environment: NodeJS.ProcessEnv = {};
  keepCompiledCode(environment);
  expect(kept).toEqual([]);
  home.directory = '/unwritable';
  keepCompiledCode(environment);
  expect(environment).toEqual({});
});

it('a process is tuned once, and an operator’s own values stay', () => {
  const tuned = tunedEnvironment({ MALLOC_ARENA_MAX: '4', PATH: '/bin' });
  expect(tuned).toEqual({ MALLOC_ARENA_MAX: '4', UV_THREADPOOL_SIZE: '16', PATH: '/bin' });
  expect(tunedEnvironment(tuned)).toBeUndefined();
});
