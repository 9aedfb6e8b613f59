import { execFile, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { LoadJob, LoadResult } from './job.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024;

/** Runs one load in a client process of its own. */
export async function load(job: LoadJob): Promise<LoadResult> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [here('./process.ts'), JSON.stringify(job)],
    {
      maxBuffer: OUTPUT_BYTES_MAX,
    },
  );
  const result = JSON.parse(stdout) as LoadResult;
  if (result.errors > 0)
    throw new Error(`${result.errors} of ${result.requests} ${job.kind} requests failed`);
  return result;
}

export interface BareServer {
  readonly port: number;
  stop(): void;
}

/** Starts a script of this folder's parent that prints its port. */
export function startBare(script: string, ...parameters: readonly string[]): Promise<BareServer> {
  const child = spawn(process.execPath, [here(`../${script}`), ...parameters], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.stdout.once('data', (line: Buffer) =>
      resolve({ port: Number(line.toString()), stop: () => child.kill('SIGTERM') }),
    );
    child.once('exit', (code) => reject(new Error(`${script} ended with ${code}`)));
  });
}

/** Samples the anonymous memory of a process until stopped; gives the peak in bytes. Linux only: 0 elsewhere. */
export function watchMemory(pid: number): { stop(): number } {
  let peak = 0;
  const sample = () => {
    peak = Math.max(peak, anonymousBytes(pid));
  };
  const timer = setInterval(sample, 100);
  return {
    stop() {
      sample();
      clearInterval(timer);
      return peak;
    },
  };
}

export function anonymousBytes(pid: number): number {
  try {
    return Number(/RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** The process that listens on a port of ours, found by its command line. */
export function processOf(needle: string): number {
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const line = readFileSync(`/proc/${entry}/cmdline`, 'utf8').replaceAll('\0', ' ');
      if (line.includes('main.ts serve') && line.includes(needle)) return Number(entry);
    } catch {
      // It ended meanwhile.
    }
  }
  return 0;
}
