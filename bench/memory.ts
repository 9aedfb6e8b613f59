// Peak anonymous memory (RssAnon) of the whole server in the three situations that usually cost it:
//   node bench/memory.ts [--gibibytes 5] [--puts 1000000] [--connections 1000]
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { startServer } from '../scripts/demo/server.ts';
import { load, processOf, watchMemory } from './load/processes.ts';
import { prepare, type Target } from './load/requests.ts';
import { BUCKET } from './scenarios/bench.ts';

const { values: flags } = parseArgs({
  options: {
    gibibytes: { type: 'string', default: '5' },
    puts: { type: 'string', default: '1000000' },
    connections: { type: 'string', default: '1000' },
    json: { type: 'boolean', default: false },
  },
});

const BAR_MEBIBYTES = 400;
const CHUNK = Buffer.alloc(1024 * 1024, 'holdfast');
const PUTS_PER_LOAD = 50_000;
const IDLE_MS = 3000;

const folder = mkdtempSync(join(process.env['HOLDFAST_BENCH_DIRECTORY'] ?? tmpdir(), 'holdfast-memory-'));
const server = await startServer(join(folder, 'data'));
try {
  const port = Number(new URL(server.endpoint).port);
  const target: Target = { port, keys: server.owner, region: 'us-east-1' };
  const client = new S3Client({
    endpoint: server.endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: server.owner,
  });
  await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  const pid = processOf(`--port ${port}`);
  const peaks: Record<string, number> = {};
  const measure = async (name: string, work: () => Promise<void>) => {
    const memory = watchMemory(pid);
    await work();
    peaks[name] = Math.round(memory.stop() / 1_048_576);
    console.log(`${name.padEnd(32)} ${peaks[name]} MiB`);
  };
  await measure('at rest', () => new Promise((resolve) => setTimeout(resolve, IDLE_MS)));
  await measure(`${flags.connections} idle connections`, () =>
    idleConnections(port, Number(flags.connections)),
  );
  await measure(`${flags.gibibytes} GiB in`, () => putLarge(target, Number(flags.gibibytes)));
  await measure(`${flags.gibibytes} GiB out`, () => getLarge(target, Number(flags.gibibytes)));
  await measure(`${flags.puts} PUTs of 4 KiB`, () => putSmall(target, Number(flags.puts)));
  if (flags.json) console.log(JSON.stringify({ barMebibytes: BAR_MEBIBYTES, peaks }));
  if (Math.max(...Object.values(peaks)) > BAR_MEBIBYTES) process.exitCode = 1;
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function idleConnections(port: number, count: number): Promise<void> {
  const sockets: Socket[] = [];
  for (let index = 0; index < count; index++) {
    const socket = connect({ port, host: '127.0.0.1' });
    await once(socket, 'connect');
    // Each has been used once: an idle connection of a pool, not one that never spoke.
    socket.write(`GET /_holdfast/health/live HTTP/1.1\r\nhost: localhost\r\n\r\n`);
    await once(socket, 'data');
    sockets.push(socket);
  }
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  for (const socket of sockets) socket.destroy();
}

async function putLarge(target: Target, gibibytes: number): Promise<void> {
  const chunks = gibibytes * 1024;
  const { head } = prepare(
    target,
    { method: 'PUT', path: `/${BUCKET}/large` },
    Date.now(),
    'UNSIGNED-PAYLOAD',
  );
  const socket = connect({ port: target.port, host: '127.0.0.1' });
  await once(socket, 'connect');
  const length = `content-length: ${chunks * CHUNK.length}\r\n\r\n`;
  socket.write(head.toString('latin1').replace(/\r\n\r\n$/, `\r\n${length}`));
  for (let sent = 0; sent < chunks; sent++) if (!socket.write(CHUNK)) await once(socket, 'drain');
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  if (!answer.toString('latin1').startsWith('HTTP/1.1 200')) throw new Error(answer.toString('latin1'));
}

async function getLarge(target: Target, gibibytes: number): Promise<void> {
  const { head } = prepare(target, { method: 'GET', path: `/${BUCKET}/large` }, Date.now());
  const socket = connect({ port: target.port, host: '127.0.0.1' });
  await once(socket, 'connect');
  socket.write(head);
  const wanted = gibibytes * 1024 ** 3;
  let received = 0;
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    received += chunk.length;
    if (received >= wanted) break;
  }
  if (received < wanted) throw new Error(`only ${received} of ${wanted} bytes came`);
}

async function putSmall(target: Target, puts: number): Promise<void> {
  for (let done = 0; done < puts; done += PUTS_PER_LOAD) {
    await load({
      target,
      kind: 'put',
      bucket: BUCKET,
      prefix: `small/${done}/`,
      objectBytes: 4096,
      connections: 32,
      requestsMax: Math.min(PUTS_PER_LOAD, puts - done),
      durationMsMax: 600_000,
      keys: 0,
    });
  }
}
