// The raw limit for large bodies: one process of node:http that does with a PUT what must be done (the same hashes,
// seal, write, sync) and nothing else, and answers a GET with as many bytes from memory, or streams them from a file when
// the bucket is `file`. Prints its port.
import { createHash } from 'node:crypto';
import { closeSync, createReadStream, fdatasync, openSync, writeFileSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FrameSealer } from '../src/keys/frames.ts';
import { checksumsReady, createChecksum } from '../src/lib/checksums/index.ts';
import { systemRandom } from '../src/lib/random.ts';

const directory = await mkdtemp(join(process.argv[2] ?? '/tmp', 'holdfast-bare-'));
const answer = systemRandom.bytes(Number(process.argv[3] ?? 16 * 1024 * 1024));
const answerFile = join(directory, 'answer');
writeFileSync(answerFile, answer);
// Four times as fast as what createReadStream takes by itself (64 KiB).
const READ_BYTES = 1024 * 1024;
const sync = promisify(fdatasync);
await checksumsReady;
let files = 0;

async function put(request: IncomingMessage): Promise<string> {
  const descriptor = openSync(join(directory, String(files++ % 64)), 'w');
  const md5 = createHash('md5');
  const sha256 = createHash('sha256');
  const checksum = createChecksum('CRC64NVME');
  const sealer = new FrameSealer(systemRandom.bytes(32));
  const write = (frames: readonly Uint8Array[]) => frames.forEach((frame) => writeSync(descriptor, frame));
  for await (const chunk of request as AsyncIterable<Buffer>) {
    md5.update(chunk);
    sha256.update(chunk);
    checksum.update(chunk);
    write(sealer.seal(chunk));
  }
  write(sealer.finish());
  await sync(descriptor);
  closeSync(descriptor);
  return `${md5.digest('hex')}${sha256.digest('hex')}${checksum.digest().toString('hex')}`;
}

const server = createServer((request, response) => {
  if (request.method === 'GET') {
    response.writeHead(200, { 'content-length': answer.length });
    if (request.url?.startsWith('/file/'))
      createReadStream(answerFile, { highWaterMark: READ_BYTES }).pipe(response);
    else response.end(answer);
    return;
  }
  put(request).then(
    (digests) => response.writeHead(200, { 'content-length': 0, etag: digests }).end(),
    () => response.destroy(),
  );
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(typeof address === 'object' && address !== null ? address.port : '');
});
process.once(
  'SIGTERM',
  () => void rm(directory, { recursive: true, force: true }).finally(() => process.exit(0)),
);
