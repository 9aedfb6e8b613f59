import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import * as s3 from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { accessDenied } from '../errors/s3.ts';
import { startWireServer } from '../testing/start-wire-server.ts';
import { defineService } from './definition.ts';

const open = defineService<string>()({
  name: 's3',
  sdk: s3,
  protocol: 'rest-xml',
  handlers: {
    PutObject: async (input, call) => {
      let length = 0;
      for await (const chunk of call.body) length += chunk.length;
      return { ETag: `"${length}"`, VersionId: input.Key };
    },
    GetObject: async (input, call) => {
      if (input.Key === 'leaves')
        await new Promise((resolve) => call.signal.addEventListener('abort', resolve));
      return { Body: slowly(input.Key), ContentLength: 6 };
    },
    DeleteObject: async () => ({}),
    CreateBucket: async (_input, call) => {
      if (call.caller === 'anonymous') throw accessDenied();
      return {};
    },
  },
  access: { PutObject: () => [], GetObject: () => [], DeleteObject: () => [], CreateBucket: () => [] },
});

/** Bodies that are being read. */
let openBodies = 0;

async function* slowly(key: string): AsyncGenerator<Buffer> {
  openBodies += 1;
  try {
    yield Buffer.from('abc');
    if (key === 'breaks') throw new Error('a frame is broken');
    yield Buffer.from('def');
  } finally {
    openBodies -= 1;
  }
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  readonly continued: boolean;
}

function send(
  port: number,
  method: string,
  path: string,
  options: { headers?: Record<string, string>; body?: string } = {},
) {
  return new Promise<Answer>((resolve, reject) => {
    let continued = false;
    const request = httpRequest({ host: '127.0.0.1', port, method, path, headers: options.headers ?? {} });
    request.on('continue', () => {
      continued = true;
      request.end(options.body);
    });
    request.on('error', reject);
    request.on('response', (response) => {
      text(response).then((body) => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body, continued });
      }, reject);
    });
    if (options.headers?.['expect'] === undefined) request.end(options.body);
    else request.flushHeaders();
  });
}

/** Sends bytes as they are and gives back everything until the server ends the connection. */
function raw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    text(socket).then(resolve, reject);
  });
}

test('100-continue is answered only when the body is asked for', async () => {
  await using server = await startWireServer([open]);
  const headers = { expect: '100-continue', 'content-length': '5' };
  const put = await send(server.port, 'PUT', '/bucket/key', { headers, body: 'hello' });
  expect(put).toMatchObject({ status: 200, continued: true, headers: { etag: '"5"' } });
  const refused = await send(server.port, 'PUT', '/bucket', {
    headers: { ...headers, authorization: 'AWS4-HMAC-SHA256 nonsense' },
  });
  expect(refused).toMatchObject({ continued: false, headers: { connection: 'close' } });
  expect(refused.status).toBeGreaterThanOrEqual(400);
});

test('heads of answers without a body', async () => {
  await using server = await startWireServer([open]);
  const deleted = await send(server.port, 'DELETE', '/bucket/key');
  expect(deleted.status).toBe(204);
  expect(deleted.headers).not.toHaveProperty('content-length');
  expect(deleted.headers).not.toHaveProperty('content-type');
  const put = await send(server.port, 'PUT', '/bucket/key', { body: 'x' });
  expect(put.headers).toMatchObject({ 'content-length': '0' });
  expect(put.headers).not.toHaveProperty('content-type');
  expect(put.headers['x-amz-request-id']).toMatch(/^[0-9A-F]{16}$/);
  expect(put.headers['x-amz-id-2']).toMatch(/^\S+$/);
});

test('errors of S3 as XML, without a body for HEAD', async () => {
  await using server = await startWireServer([open]);
  const denied = await send(server.port, 'PUT', '/bucket');
  expect(denied.status).toBe(403);
  const { 'x-amz-request-id': id, 'x-amz-id-2': hostId } = denied.headers;
  expect(denied.body).toBe(
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>${String(id)}</RequestId><HostId>${String(hostId)}</HostId></Error>`,
  );
  const head = await send(server.port, 'HEAD', '/bucket');
  expect(head).toMatchObject({ status: 403, body: '' });
  const preflight = await send(server.port, 'OPTIONS', '/bucket/key');
  expect(preflight).toMatchObject({
    status: 403,
    body: expect.stringContaining('CORSResponse: CORS is not enabled'),
  });
  const broken = await send(server.port, 'GET', '/bucket/%zz');
  expect(broken).toMatchObject({ status: 400, body: expect.stringContaining('<Code>InvalidURI</Code>') });
  const method = await send(server.port, 'DELETE', '/bucket?location');
  expect(method).toMatchObject({
    status: 405,
    headers: expect.objectContaining({ allow: 'GET' }),
    body: expect.stringContaining('<Code>MethodNotAllowed</Code>'),
  });
});

test('a body that breaks is never ended as if it were whole', async () => {
  await using server = await startWireServer([open]);
  expect(await send(server.port, 'GET', '/bucket/key')).toMatchObject({ status: 200, body: 'abcdef' });
  await expect(send(server.port, 'GET', '/bucket/breaks')).rejects.toThrow(
    /aborted|hang up|ECONNRESET|terminated/,
  );
  expect(server.faults).toEqual([new Error('a frame is broken')]);
});

test('a large upload that is refused at once can be sent whole, and the answer read after it', async () => {
  await using server = await startWireServer([open]);
  const length = 5 * 1024 * 1024;
  const socket = connect(server.port, '127.0.0.1');
  socket.pause();
  const head = `POST /bucket/key HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`;
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.write(head + 'x'.repeat(length), () => resolve());
  });
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 405 [^]*connection: close[^]*<\/Error>$/i);
});

test('a refused upload without end is cut', async () => {
  await using server = await startWireServer([open]);
  const socket = connect(server.port, '127.0.0.1');
  socket.write('POST /bucket/key HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000000\r\n\r\n');
  await new Promise((resolve) => socket.once('data', resolve));
  const chunk = Buffer.alloc(1024 * 1024);
  const more = () => {
    while (socket.writable && socket.write(chunk));
  };
  socket.on('drain', more);
  more();
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.on('close', resolve));
  expect(socket.destroyed).toBe(true);
});

test('a refused upload that stands still holds up no stop', async () => {
  const server = await startWireServer([open]);
  const socket = connect(server.port, '127.0.0.1');
  const closed = new Promise((resolve) => socket.on('close', resolve));
  socket.write('POST /bucket/key HTTP/1.1\r\nHost: a\r\nContent-Length: 5000000\r\n\r\n');
  await new Promise((resolve) => socket.once('data', resolve));
  socket.resume();
  await server[Symbol.asyncDispose]();
  await closed;
  expect(socket.destroyed).toBe(true);
});

const internal = async () => ({ status: 200, headers: {}, body: 'alive' });

test('the internal paths go to their own handler', async () => {
  await using server = await startWireServer([open], { internal });
  expect(await send(server.port, 'GET', '/_holdfast/health/live')).toMatchObject({
    status: 200,
    body: 'alive',
  });
  expect(await send(server.port, 'GET', '/_console')).toMatchObject({ status: 200, body: 'alive' });
  expect(await send(server.port, 'GET', '/_other/key')).toMatchObject({
    status: 400,
    body: expect.stringContaining('<Code>InvalidBucketName</Code>'),
  });
});

test('keys that look like internal paths are reached behind a bucket in the host', async () => {
  await using server = await startWireServer([open], { internal, domains: ['s3.example.com'] });
  const paths = ['/_holdfast/health/live', '/_console', '/v20180820/jobs'];
  for (const host of ['bucket.s3.example.com', 'bucket.localhost']) {
    for (const path of paths) {
      expect(await send(server.port, 'GET', path, { headers: { host } })).toMatchObject({ body: 'abcdef' });
    }
  }
  expect(server.records.map(({ service }) => service)).toEqual(Array.from({ length: 6 }, () => 's3'));
  const others = ['s3.example.com', '111122223333.s3-control.example.com', '127.0.0.1'];
  for (const host of others) {
    expect(await send(server.port, 'GET', '/_console', { headers: { host } })).toMatchObject({
      body: 'alive',
    });
    await send(server.port, 'GET', '/v20180820/jobs', { headers: { host } });
    expect(server.records.at(-1)?.service).toBe('s3control');
  }
});

test('unsigned requests are refused by the service that they mean, in its own protocol', async () => {
  await using server = await startWireServer([open]);
  const form = await send(server.port, 'POST', '/', {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'Action=GetCallerIdentity&Version=2011-06-15',
  });
  expect(form).toMatchObject({
    status: 403,
    body: expect.stringContaining('<Code>MissingAuthenticationToken</Code>'),
  });
  const json = await send(server.port, 'POST', '/', {
    headers: { 'x-amz-target': 'TrentService.ListKeys' },
    body: '{}',
  });
  expect(JSON.parse(json.body)).toMatchObject({
    __type: expect.stringContaining('MissingAuthenticationToken'),
  });
});

test('what is not HTTP, and a head that is too large', async () => {
  await using server = await startWireServer([open]);
  expect(await raw(server.port, 'nonsense\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  const large = `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`;
  expect(await raw(server.port, large)).toMatch(/^HTTP\/1\.1 431 /);
});

test('a client that goes away in the middle of a body leaves no fault behind', async () => {
  const server = await startWireServer([open]);
  const socket = connect(server.port, '127.0.0.1');
  socket.write('PUT /bucket/key HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc', () =>
    socket.destroy(),
  );
  await expect.poll(() => server.records, { timeout: 20_000 }).toHaveLength(1);
  await server[Symbol.asyncDispose]();
  expect(server.records[0]).toMatchObject({ status: 400, bytesIn: 3 });
  expect(server.faults).toEqual([]);
});

test('closing waits for a client that has yet to take an answer, be it one piece', async () => {
  const whole = Buffer.alloc(8 * 1024 * 1024, 'a');
  const server = await startWireServer([open], {
    internal: async () => ({ status: 200, headers: { connection: 'close' }, body: whole }),
  });
  const socket = connect(server.port, '127.0.0.1');
  socket.write('GET /_holdfast/metrics HTTP/1.1\r\nhost: localhost\r\n\r\n');
  const head = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
  socket.pause();
  const closed = server.close(20_000);
  const pieces = [head];
  for await (const piece of socket) pieces.push(piece as Buffer);
  await closed;
  const taken = Buffer.concat(pieces).subarray(-whole.length);
  expect(taken.equals(whole)).toBe(true);
});

test('a client that goes away before the answer leaves no body open', async () => {
  await using server = await startWireServer([open]);
  const socket = connect(server.port, '127.0.0.1');
  await new Promise((resolve) =>
    socket.write('GET /bucket/leaves HTTP/1.1\r\nhost: localhost\r\n\r\n', resolve),
  );
  socket.resume().end();
  await expect.poll(() => server.records.length, { timeout: 20_000 }).toBe(1);
  expect(server.faults).toEqual([]);
  expect(openBodies).toBe(0);
});

test('closing lets running requests finish and takes no new ones', async () => {
  const server = await startWireServer([open]);
  const socket = connect(server.port, '127.0.0.1');
  const answer = text(socket);
  socket.write('PUT /bucket/key HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\nExpect: 100-continue\r\n\r\n');
  // The interim answer says that the handler is running.
  await new Promise((resolve) => socket.once('data', resolve));
  const closed = server[Symbol.asyncDispose]();
  socket.write('abcdef');
  await closed;
  expect(await answer).toMatch(/HTTP\/1\.1 200 OK[^]*etag: "6"[^]*connection: close/i);
  await expect(send(server.port, 'GET', '/')).rejects.toThrow('ECONNREFUSED');
});

test('a proxy’s absolute form is taken where it names the host that the Host header names', async () => {
  await using server = await startWireServer([open]);
  const status = async (target: string, host: string) => {
    const answer = await raw(
      server.port,
      `DELETE ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
    );
    return answer.split('\r\n')[0];
  };
  const host = '111122223333.localhost:9000';
  expect(await status(`http://${host}/bucket/key?versionId=null`, host)).toBe('HTTP/1.1 204 No Content');
  expect(await status('/bucket/key', host)).toBe('HTTP/1.1 204 No Content');
  expect(await status('http://elsewhere/bucket/key', host)).toBe('HTTP/1.1 400 Bad Request');
  expect(await status(`http://user@${host}/bucket/key`, host)).toBe('HTTP/1.1 400 Bad Request');
  expect(await status(`http://${host}`, host)).toBe('HTTP/1.1 405 Method Not Allowed');
  expect(await status('bucket/key', host)).toBe('HTTP/1.1 400 Bad Request');
});
