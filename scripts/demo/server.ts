import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { HOME_REGION, type Keys, projectRoot } from './world.ts';

const READY_MS_MAX = 60_000;
const POLL_MS = 20;

export interface RunningServer {
  readonly endpoint: string;
  readonly owner: Keys;
  stop(): Promise<void>;
}

/** One that is taken gives way to another, or is an error. */
export type PortChoice = { readonly preferred: number } | { readonly required: number };

/** Starts `holdfast serve` as its own process on an embedded store below `data`. */
export async function startServer(
  data: string,
  choice: PortChoice = { required: 0 },
): Promise<RunningServer> {
  const port = await freePort(choice);
  const endpoint = `http://localhost:${port}`;
  const accessKeyId = `AKIA${randomBytes(8).toString('hex').toUpperCase()}`;
  const secretAccessKey = randomBytes(20).toString('hex');
  const child = spawn(
    process.execPath,
    [
      join(projectRoot, 'src/main.ts'),
      'serve',
      '--port',
      String(port),
      '--data',
      data,
      '--log-level',
      'warn',
    ],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        ...process.env,
        HOLDFAST_ROOT_ACCESS_KEY_ID: accessKeyId,
        HOLDFAST_ROOT_SECRET_ACCESS_KEY: secretAccessKey,
      },
      // A Ctrl-C is for the walk-through, which then stops the server in order.
      detached: true,
    },
  );
  await untilReady(endpoint, child);
  const account = holdfast(endpoint, { accessKeyId, secretAccessKey }, ['account', 'list', '--json']) as {
    accounts: { id: string }[];
  };
  return {
    endpoint,
    owner: { account: account.accounts[0]?.id ?? '', accessKeyId, secretAccessKey },
    stop: () => stop(child),
  };
}

/** Runs an admin command as a person would and gives its `--json` answer. */
export function holdfast(
  endpoint: string,
  keys: { accessKeyId: string; secretAccessKey: string },
  command: readonly string[],
): unknown {
  const output = execFileSync(process.execPath, [join(projectRoot, 'src/main.ts'), ...command], {
    encoding: 'utf8',
    env: { ...process.env, ...clientEnvironment(endpoint, keys) },
  });
  return JSON.parse(output);
}

/** The same for a person to read: what the command says goes to the terminal. Gives the exit code. */
export function showHoldfast(
  endpoint: string,
  keys: { accessKeyId: string; secretAccessKey: string },
  command: readonly string[],
): number {
  const { status } = spawnSync(process.execPath, [join(projectRoot, 'src/main.ts'), ...command], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...clientEnvironment(endpoint, keys) },
  });
  return status ?? 1;
}

function clientEnvironment(
  endpoint: string,
  keys: { accessKeyId: string; secretAccessKey: string },
): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: HOME_REGION,
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
  };
}

async function untilReady(endpoint: string, child: ChildProcess): Promise<void> {
  for (let waitedMs = 0; waitedMs < READY_MS_MAX; waitedMs += POLL_MS) {
    if (child.exitCode !== null) throw new Error(`the server ended with exit code ${child.exitCode}`);
    const response = await fetch(`${endpoint}/_holdfast/health/ready`).catch(() => undefined);
    if (response?.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error('the server was not ready in time');
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

async function freePort(choice: PortChoice): Promise<number> {
  for (const port of 'required' in choice ? [choice.required] : [choice.preferred, 0]) {
    const found = await tryPort(port);
    if (found !== undefined) return found;
  }
  throw new Error('required' in choice ? `port ${choice.required} is taken` : 'no free port');
}

function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: '127.0.0.1' }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined));
    });
  });
}
