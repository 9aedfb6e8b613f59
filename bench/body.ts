// What the body pipelines cost beside a bare loop of the same primitives, over node:http, in one run.
// Prints ratios; the client runs in this process and the server in another.

import { spawn } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { LoadConnection } from './load/connection.ts';

const LARGE_BYTES = 16 * 1024 * 1024;
const SECONDS = Number(process.env.HOLDFAST_BENCH_SECONDS ?? 4);
const THREADS = process.argv[2] ?? '2';

const child = spawn(process.execPath, [new URL('./body-server.ts', import.meta.url).pathname, THREADS], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const [line] = await once(createInterface(child.stdout), 'line');
const port = Number(line);
const body = randomFillSync(Buffer.alloc(LARGE_BYTES));

function request(method: string, path: string): Buffer {
  const length = method === 'PUT' ? `content-length: ${LARGE_BYTES}\r\n` : '';
  return Buffer.from(`${method} ${path} HTTP/1.1\r\nhost: localhost\r\n${length}\r\n`);
}

/** Requests a second and their times, until `stop` or the time is over. */
async function load(method: string, path: string, connections: number, stop?: AbortSignal) {
  const head = request(method, path);
  const times: number[] = [];
  const started = performance.now();
  const running = () => (stop === undefined ? performance.now() - started < SECONDS * 1000 : !stop.aborted);
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const connection = await LoadConnection.open(port);
      while (running()) {
        const sent = performance.now();
        const { status } = await connection.send(head, method === 'PUT' ? body : undefined);
        if (status !== 200) throw new Error(`${method} ${path} answered ${status}`);
        times.push(performance.now() - sent);
      }
      connection.close();
    }),
  );
  times.sort((one, other) => one - other);
  const perSecond = (times.length / (performance.now() - started)) * 1000;
  return { perSecond, p99: times[Math.floor(times.length * 0.99)] ?? 0 };
}

function speed(perSecond: number): string {
  return `${((perSecond * LARGE_BYTES) / 2 ** 20).toFixed(0)} MiB/s`;
}

async function compare(name: string, method: string, ours: string, bare: string, connections: number) {
  await load(method, ours, connections, AbortSignal.timeout(500));
  const bareRate = (await load(method, bare, connections)).perSecond;
  const ourRate = (await load(method, ours, connections)).perSecond;
  console.log(
    `${name}, ${connections} connections: ${(ourRate / bareRate).toFixed(2)} (${speed(ourRate)} of ${speed(bareRate)})`,
  );
}

for (const connections of [1, 4])
  await compare('16 MiB PUT to bare pipeline', 'PUT', '/sink', '/bare', connections);
for (const connections of [1, 4])
  await compare('16 MiB GET to bare streaming', 'GET', '/body', '/bare', connections);

const alone = await load('GET', '/small', 16);
for (const path of ['/bare', '/sink']) {
  const stop = new AbortController();
  const puts = load('PUT', path, 4, stop.signal);
  const beside = await load('GET', '/small', 16);
  stop.abort();
  const { perSecond } = await puts;
  console.log(
    `p99 of 4 KiB GETs beside four 16 MiB PUTs ${path}: ${(beside.p99 / alone.p99).toFixed(2)} times (${beside.p99.toFixed(1)} ms of ${alone.p99.toFixed(1)} ms; GETs at ${(beside.perSecond / alone.perSecond).toFixed(2)}, PUTs ${(perSecond * 16).toFixed(0)} MiB/s)`,
  );
}
child.kill('SIGTERM');
