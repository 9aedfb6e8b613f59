import { createHash } from 'node:crypto';
import * as s3 from '@aws-sdk/client-s3';
import { beforeAll, expect, test } from 'vitest';
import { checksumOf, checksumsReady } from '../lib/checksums/index.ts';
import { CONTROL_BODY_BYTES_MAX, readWhole, verifyControlBody } from './control-body.ts';
import { compileOperations, type Operation } from './service-model.ts';

const operations = new Map(compileOperations(s3).map((one) => [one.name, one]));
const body = Buffer.from('<Delete/>');
const md5 = createHash('md5').update(body).digest('base64');
const NO_TRAILERS = new Map<string, string>();

beforeAll(() => checksumsReady);

function operation(name: string): Operation {
  const found = operations.get(name);
  if (found === undefined) throw new TypeError(name);
  return found;
}

function verify(headers: Record<string, string>, name = 'DeleteObjects', trailers = NO_TRAILERS): string {
  try {
    verifyControlBody(operation(name), body, headers, trailers);
    return 'good';
  } catch (cause) {
    return cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
  }
}

test('demanded where AWS demands it', () => {
  expect(verify({})).toBe('InvalidRequest');
  expect(verify({}, 'CompleteMultipartUpload')).toBe('good');
  expect(verify({}, 'PutObjectAcl')).toBe('good');
  expect([...operations.values()].filter((one) => one.requiresChecksum)).toHaveLength(19);
});

test('Content-MD5', () => {
  expect(verify({ 'content-md5': md5 })).toBe('good');
  expect(verify({ 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' })).toBe('BadDigest');
  expect(verify({ 'content-md5': 'nonsense' })).toBe('InvalidDigest');
});

test.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
  '%s as header and as trailer',
  (algorithm) => {
    const name = `x-amz-checksum-${algorithm.toLowerCase()}`;
    const good = checksumOf(algorithm, body).toString('base64');
    const wrong = checksumOf(algorithm, Buffer.from('other')).toString('base64');
    expect(verify({ [name]: good })).toBe('good');
    expect(verify({}, 'DeleteObjects', new Map([[name, good]]))).toBe('good');
    expect(verify({ [name]: wrong })).toBe('BadDigest');
    expect(verify({ [name]: 'x' })).toBe('InvalidRequest');
  },
);

test('of an algorithm that nobody knows', () => {
  expect(verify({ 'content-md5': md5, 'x-amz-checksum-foo': 'AAAA' })).toBe('InvalidRequest');
  expect(verify({ 'content-md5': md5, 'x-amz-checksum-type': 'FULL_OBJECT' })).toBe('good');
});

test('two checksums are one too many, and an object checksum is not the document', () => {
  const headers = {
    'x-amz-checksum-crc32': checksumOf('CRC32', body).toString('base64'),
    'x-amz-checksum-sha1': checksumOf('SHA1', body).toString('base64'),
  };
  expect(verify(headers)).toBe('InvalidRequest');
  expect(verify({ 'x-amz-checksum-crc32': 'AAAAAA==' }, 'CompleteMultipartUpload')).toBe('good');
});

async function* endless(): AsyncGenerator<Buffer> {
  const chunk = Buffer.alloc(64 * 1024);
  for (;;) yield chunk;
}

test('a document is bounded', async () => {
  await expect(readWhole(endless())).rejects.toMatchObject({
    code: 'MaxMessageLengthExceeded',
    fields: { MaxMessageLengthBytes: String(CONTROL_BODY_BYTES_MAX) },
  });
});

async function* inOneByte(text: string): AsyncGenerator<Buffer> {
  const chunk = Buffer.alloc(1);
  for (const byte of Buffer.from(text)) {
    chunk[0] = byte;
    yield chunk;
  }
}

test('no chunk of a document is kept', async () => {
  async function* chunks(): AsyncGenerator<Buffer> {
    yield Buffer.from('<');
    yield* inOneByte('Delete/>');
  }
  expect((await readWhole(chunks())).toString()).toBe('<Delete/>');
});
