// The server of bench/body.ts: the body pipelines alone over node:http, and beside them the bare primitives.
//   PUT /sink   openSink with hashing threads            PUT /bare   the same work, written down as one loop
//   GET /body   openBody of a stored object              GET /bare   the same bytes from memory, no disk, no seal
//   GET /small  4 KiB, opened from a row's inline bytes
import { createHash } from 'node:crypto';
import { closeSync, fdatasync, fsync, openSync, unlinkSync, writevSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FrameSealer } from '../src/keys/frames.ts';
import { makeKeyring } from '../src/keys/keyring.ts';
import { makeMasterKey } from '../src/keys/master-key.ts';
import { createChecksum } from '../src/lib/checksums/index.ts';
import { systemRandom } from '../src/lib/random.ts';
import { recycle } from '../src/lib/recycle.ts';
import { HashingThreads, openBody, openSink } from '../src/objects/body/index.ts';
import { openFileBlobStore } from '../src/store/blobs/file-blob-store.ts';
import type { Locator } from '../src/store/tables/rows.ts';

const LARGE_BYTES = 16 * 1024 * 1024;
const SMALL_BYTES = 4096;
const ALGORITHM = 'CRC64NVME';

const directory = await mkdtemp(join(process.env.HOLDFAST_BENCH_DIRECTORY ?? tmpdir(), 'holdfast-bench-'));
const blobs = await openFileBlobStore(directory, 'bench', systemRandom);
const keyring = makeKeyring([makeMasterKey(systemRandom.bytes(32))]);
const threads = new HashingThreads(Number(process.argv[2] ?? 2));
const large = systemRandom.bytes(LARGE_BYTES);

async function store(body: AsyncIterable<Buffer>, expectedSize: number) {
  const sink = await openSink({ algorithms: [ALGORITHM], region: { blobs }, keyring, threads, expectedSize });
  for await (const chunk of body) await sink.write(chunk);
  return sink.finish();
}

async function* once(body: Buffer): AsyncGenerator<Buffer> {
  yield body;
}

const [storedLarge, storedSmall] = [
  await store(once(large), LARGE_BYTES),
  await store(once(large.subarray(0, SMALL_BYTES)), SMALL_BYTES),
];
if (storedLarge.stored.kind !== 'file' || storedSmall.stored.kind !== 'inline')
  throw new Error('Stored elsewhere.');
const { sealed } = storedSmall.stored;
const largeAt: Locator = {
  kind: 'file',
  size: LARGE_BYTES,
  blob: storedLarge.stored.blob,
  key: storedLarge.stored.key,
};
const smallAt: Locator = { kind: 'inline', size: SMALL_BYTES, key: storedSmall.stored.key };

let bareFiles = 0;
async function putBare(request: IncomingMessage): Promise<string> {
  const path = join(directory, `bare-${bareFiles++}`);
  const descriptor = openSync(path, 'wx');
  const md5 = createHash('md5');
  const checksum = createChecksum(ALGORITHM);
  const sealer = new FrameSealer(systemRandom.bytes(32));
  for await (const chunk of request as AsyncIterable<Buffer>) {
    md5.update(chunk);
    checksum.update(chunk);
    const pieces = sealer.seal(chunk);
    if (pieces.length > 0) writevSync(descriptor, pieces);
  }
  writevSync(descriptor, sealer.finish());
  await promisify(fdatasync)(descriptor);
  closeSync(descriptor);
  const parent = openSync(directory, 'r');
  await promisify(fsync)(parent);
  closeSync(parent);
  checksum.digest();
  unlinkSync(path);
  return md5.digest('hex');
}

async function putSink(request: IncomingMessage): Promise<string> {
  const { md5Hex, stored } = await store(
    request as AsyncIterable<Buffer>,
    Number(request.headers['content-length']),
  );
  if (stored.kind === 'file') void blobs.remove(stored.blob);
  return md5Hex;
}

async function send(locator: Locator, response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-length': locator.size });
  for await (const chunk of openBody(
    [locator],
    undefined,
    keyring,
    () => Promise.resolve(sealed),
    blobs,
    threads,
  )) {
    const sent = () => recycle(chunk);
    if (!response.write(chunk, sent)) await new Promise((resolve) => response.once('drain', resolve));
  }
  response.end();
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const name = `${request.method} ${request.url}`;
  if (name === 'GET /body') return send(largeAt, response);
  if (name === 'GET /small') return send(smallAt, response);
  if (name === 'GET /bare') {
    response.writeHead(200, { 'content-length': LARGE_BYTES });
    response.end(large);
    return;
  }
  const etag = name === 'PUT /sink' ? await putSink(request) : await putBare(request);
  response.writeHead(200, { 'content-length': 0, etag });
  response.end();
}

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    console.error(error);
    response.destroy();
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(typeof address === 'object' && address !== null ? address.port : '');
});
process.once('SIGTERM', () => {
  void rm(directory, { recursive: true, force: true }).then(() => process.exit(0));
});
