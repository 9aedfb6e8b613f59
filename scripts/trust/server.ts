import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
// A machine that does much else at the same time is slow, not broken.
const READY_MS_MAX = 60_000;
const POLL_MS = 15;
const COMPLAINT_CHARACTERS_MAX = 20_000;

/** Root of the first account; the same at every start, so that no start has anything to hand over. */
export const ROOT_KEYS = {
  accessKeyId: 'AKIATRUSTNOBODY00001',
  secretAccessKey: 'a-secret-of-a-test-0123456789',
} as const;

export interface ServerOptions {
  readonly data: string;
  readonly port: number;
  /** Further flags of `holdfast serve`. */
  readonly flags?: readonly string[];
  /** `undefined` takes a variable away: by default the root key is given. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly host?: string;
  /** Where its log goes, instead of `output`. */
  readonly logFile?: string;
  /** What runs the server: a tracer. Its first child is the server then. */
  readonly tracer?: readonly string[];
  /** The user that it runs as; only root may name another. */
  readonly uid?: number;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** `holdfast serve` as a process of its own, on a port that stays the same over restarts. */
export class Server {
  readonly endpoint: string;
  readonly ended: Promise<Ended>;
  /** What it said: its log and, when it refuses to start, its one sentence. */
  output = '';
  complaint = '';
  readonly #child: ChildProcess;
  readonly #traced: boolean;

  constructor(options: ServerOptions) {
    const { tracer = [] } = options;
    this.endpoint = `http://127.0.0.1:${options.port}`;
    this.#traced = tracer.length > 0;
    const command = [
      ...tracer,
      process.execPath,
      MAIN,
      'serve',
      '--port',
      String(options.port),
      '--host',
      options.host ?? '127.0.0.1',
    ];
    const [program = '', ...parameters] = [...command, '--data', options.data, ...(options.flags ?? [])];
    const log = options.logFile === undefined ? undefined : openSync(options.logFile, 'a');
    this.#child = spawn(program, parameters, {
      stdio: ['ignore', log ?? 'pipe', 'pipe'],
      env: { ...process.env, ...environmentOfKeys(), ...options.environment },
      ...(options.uid === undefined ? {} : { uid: options.uid }),
    });
    if (log !== undefined) closeSync(log);
    const keep = (text: string, chunk: Buffer) => (text + chunk.toString()).slice(-COMPLAINT_CHARACTERS_MAX);
    this.#child.stdout?.on('data', (chunk: Buffer) => (this.output = keep(this.output, chunk)));
    this.#child.stderr?.on('data', (chunk: Buffer) => (this.complaint = keep(this.complaint, chunk)));
    this.ended = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => resolve({ code, signal }));
    });
  }

  /** Of the server, or of what traces it. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resolves once it answers; gives the milliseconds that took. @throws Error with what the server said. */
  async ready(): Promise<number> {
    const begun = performance.now();
    let over: Ended | undefined;
    void this.ended.then((ended) => (over = ended));
    while (performance.now() - begun < READY_MS_MAX) {
      if (over !== undefined) throw new Error(`the server ended: ${this.complaint || this.output}`);
      const response = await fetch(`${this.endpoint}/_holdfast/health/ready`).catch(() => undefined);
      if (response?.status === 200) return performance.now() - begun;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    throw new Error(`the server was not ready in ${READY_MS_MAX} ms: ${this.complaint}`);
  }

  /** Nobody reads its log any more. */
  closeOutput(): void {
    this.#child.stdout?.destroy();
  }

  /** kill -9, or another signal; resolves when the process is gone. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<Ended> {
    const pid = this.#traced ? firstChildOf(this.#child.pid ?? -1) : this.#child.pid;
    if (pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null) {
      try {
        process.kill(pid, signal);
      } catch {
        // It ended by itself meanwhile.
      }
    }
    return await this.ended;
  }
}

function environmentOfKeys(): Record<string, string> {
  return {
    HOLDFAST_ROOT_ACCESS_KEY_ID: ROOT_KEYS.accessKeyId,
    HOLDFAST_ROOT_SECRET_ACCESS_KEY: ROOT_KEYS.secretAccessKey,
  };
}

function firstChildOf(pid: number): number | undefined {
  const children = readFileSync(join('/proc', String(pid), 'task', String(pid), 'children'), 'utf8');
  const first = children.trim().split(' ')[0];
  return first === undefined || first === '' ? undefined : Number(first);
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port: 0, host: '127.0.0.1' }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
