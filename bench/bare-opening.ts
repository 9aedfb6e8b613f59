// The raw limit for large sealed bodies: answers a GET with bytes that it reads from a file and opens, as a server must
// that keeps them sealed, and does nothing else: no signature, no row, no other thread's time. One thread a core, each
// reading and opening on its event loop. Prints its port.
import { mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { FRAME_PLAIN_BYTES, FRAME_SEALED_BYTES, frameCount } from '../src/keys/frame-layout.ts';
import { frameKey, openFrames, sealBuffer } from '../src/keys/frames.ts';
import { PAGE_BYTES, pageAligned } from '../src/lib/page-aligned.ts';
import { systemRandom } from '../src/lib/random.ts';

interface Served {
  readonly path: string;
  readonly size: number;
  readonly dataKey: Uint8Array;
  readonly port: number;
}

/** What was fastest of 4, 8 and 16. */
const BATCH_FRAMES = 8;

if (isMainThread) await main();
else serve(workerData as Served);

async function main(): Promise<void> {
  const directory = mkdtempSync(join(process.argv[2] ?? '/tmp', 'holdfast-bare-'));
  const size = Number(process.argv[3] ?? 16 * 1024 * 1024);
  const dataKey = systemRandom.bytes(32);
  const path = join(directory, 'sealed');
  writeFileSync(path, sealBuffer(systemRandom.bytes(size), dataKey));
  let port = 0;
  for (let thread = 0; thread < availableParallelism(); thread++) {
    const served: Served = { path, size, dataKey, port };
    const worker = new Worker(new URL(import.meta.url), { workerData: served });
    port = await new Promise<number>((resolve) => worker.once('message', resolve));
  }
  console.log(port);
  process.once('SIGTERM', () => {
    rmSync(directory, { recursive: true, force: true });
    process.exit(0);
  });
}

function serve({ path, size, dataKey, port }: Served): void {
  const descriptor = openSync(path, 'r');
  const key = frameKey(dataKey);
  const last = frameCount(size) - 1;
  // The frames of a batch are opened before anything else is done, so that one memory does for all.
  const sealedMemory = pageAligned(PAGE_BYTES + BATCH_FRAMES * FRAME_SEALED_BYTES);
  const idle: Uint8Array[] = [];

  function open(first: number, into: Uint8Array): Uint8Array {
    const position = first * FRAME_SEALED_BYTES;
    const start = position % PAGE_BYTES;
    const wanted = BATCH_FRAMES * FRAME_SEALED_BYTES;
    const length = readSync(descriptor, sealedMemory, start, wanted, position);
    const sealed = sealedMemory.subarray(start, start + length);
    return into.subarray(0, openFrames(key, { first, last }, sealed, into));
  }

  function send(response: ServerResponse, first: number): void {
    for (let frame = first; frame <= last; frame += BATCH_FRAMES) {
      const memory = idle.pop() ?? Buffer.allocUnsafeSlow(BATCH_FRAMES * FRAME_PLAIN_BYTES);
      if (!response.write(open(frame, memory), () => idle.push(memory))) {
        response.once('drain', () => send(response, frame + BATCH_FRAMES));
        return;
      }
    }
    response.end();
  }

  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-length': size });
    send(response, 0);
  });
  server.listen({ port, host: '127.0.0.1', reusePort: true }, () => {
    const address = server.address();
    parentPort?.postMessage(typeof address === 'object' && address !== null ? address.port : 0);
  });
}
