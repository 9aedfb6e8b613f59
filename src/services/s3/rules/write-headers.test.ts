import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { AwsError } from '../../../errors/aws-error.ts';
import { copySource } from '../../../wire/copy-source.ts';
import { checkCreateBucketAcl } from './access-control-list.ts';
import { declaredChecksum } from './checksum-headers.ts';
import { checkReadEncryption, checkWriteEncryption } from './encryption-headers.ts';

function refused(check: () => unknown): string {
  try {
    check();
  } catch (error) {
    if (error instanceof AwsError) return `${error.status} ${error.code} ${error.message}`;
    throw error;
  }
  return 'accepted';
}

const SSE = 'x-amz-server-side-encryption';
const CUSTOMER = `${SSE}-customer-`;
const key = Buffer.alloc(32, 1);
const good = {
  [`${CUSTOMER}algorithm`]: 'AES256',
  [`${CUSTOMER}key`]: key.toString('base64'),
  [`${CUSTOMER}key-md5`]: createHash('md5').update(key).digest('base64'),
};
const without = (name: string) =>
  Object.fromEntries(Object.entries(good).filter(([header]) => header !== `${CUSTOMER}${name}`));

it.each<[string, Record<string, string>, string]>([
  ['nothing', {}, 'accepted'],
  ['AES256', { [SSE]: 'AES256' }, 'accepted'],
  ['KMS', { [SSE]: 'aws:kms' }, '501 NotImplemented'],
  ['unknown', { [SSE]: 'x' }, '400 InvalidArgument The encryption method specified is not supported'],
  [
    'both',
    { ...good, [SSE]: 'AES256' },
    '400 InvalidArgument Server Side Encryption with Customer provided key is',
  ],
  ['a good customer key', good, '501 NotImplemented'],
  ['no algorithm', without('algorithm'), 'must provide a valid encryption algorithm.'],
  ['another algorithm', { ...good, [`${CUSTOMER}algorithm`]: 'X' }, '400 InvalidEncryptionAlgorithmError'],
  ['no key', without('key'), 'must provide an appropriate secret key.'],
  [
    'a short key',
    { ...good, [`${CUSTOMER}key`]: 'AAAA' },
    'The secret key was invalid for the specified algorithm.',
  ],
  ['no MD5', without('key-md5'), 'must provide the client calculated MD5 of the secret key.'],
  [
    'another MD5',
    { ...good, [`${CUSTOMER}key-md5`]: 'x' },
    'The calculated MD5 hash of the key did not match the hash that was provided.',
  ],
])('encryption of a write: %s', (_name, headers, expected) => {
  expect(refused(() => checkWriteEncryption(headers))).toContain(expected);
});

it('encryption of a read', () => {
  expect(refused(() => checkReadEncryption({}))).toBe('accepted');
  expect(refused(() => checkReadEncryption(good))).toContain('not applicable to this object');
  expect(refused(() => checkReadEncryption({ [SSE]: 'AES256' }))).toContain(
    'not supported for this operation',
  );
});

it.each<[string, Record<string, string>, object | string | undefined]>([
  ['none', {}, undefined],
  [
    'mode and type are no digests',
    { 'x-amz-checksum-mode': 'ENABLED', 'x-amz-checksum-type': 'X' },
    undefined,
  ],
  ['a header', { 'x-amz-checksum-crc32': 'NhCmhg==' }, { algorithm: 'CRC32', value: 'NhCmhg==' }],
  ['a trailer', { 'x-amz-trailer': 'x-amz-checksum-sha256' }, { algorithm: 'SHA256' }],
  [
    'both',
    { 'x-amz-checksum-crc32': 'NhCmhg==', 'x-amz-trailer': 'x-amz-checksum-crc32' },
    'Expecting a single',
  ],
  ['of nobody', { 'x-amz-checksum-foo': 'NhCmhg==' }, 'The algorithm type you specified'],
  [
    'of nobody as a trailer',
    { 'x-amz-trailer': 'x-amz-checksum-foo' },
    'The algorithm type you specified in x-amz-checksum- header is invalid.',
  ],
  ['too short', { 'x-amz-checksum-crc64nvme': 'NhCmhg==' }, 'Value for x-amz-checksum-crc64nvme header'],
  ['named and absent', { 'x-amz-sdk-checksum-algorithm': 'CRC32' }, 'no corresponding x-amz-checksum-*'],
  [
    'named otherwise',
    { 'x-amz-sdk-checksum-algorithm': 'SHA1', 'x-amz-checksum-crc32': 'NhCmhg==' },
    'Value for x-amz-sdk-checksum-algorithm header is invalid.',
  ],
])('checksum: %s', (_name, headers, expected) => {
  let answer: unknown;
  const outcome = refused(() => {
    answer = declaredChecksum(headers);
  });
  expect(typeof expected === 'string' ? outcome : answer).toEqual(
    typeof expected === 'string' ? expect.stringContaining(expected) : expected,
  );
});

it('grantees, however much space there is around what is none', () => {
  const grant = (value: string) => refused(() => checkCreateBucketAcl({ 'x-amz-grant-read': value }));
  const id = 'a'.repeat(64);
  for (const named of [`id=${id}`, ` id="${id}" , id=${id} `]) {
    expect(grant(named)).toContain('AccessControlListNotSupported');
  }
  for (const none of [`id="${' '.repeat(200_000)}"x`, `id=${' '.repeat(200_000)}"x`, `id=${id}"x`]) {
    expect(grant(none)).toBe('400 InvalidArgument Argument format not recognized');
  }
});

it('copy sources', () => {
  expect(copySource('b/k')).toEqual({ bucket: 'b', key: 'k' });
  expect(copySource('/b/a%20b/%C3%BC?versionId=x%2By')).toEqual({
    bucket: 'b',
    key: 'a b/ü',
    versionId: 'x+y',
  });
  expect(copySource('b/a+b%2Bc')).toEqual({ bucket: 'b', key: 'a b+c' });
  expect(copySource('b//k')).toEqual({ bucket: 'b', key: '/k' });
  for (const bad of ['', 'b', 'b/', '/b/', 'b/k?versionId=', 'b/k?x=y', 'b/k?versionId=a?b', 'b/%zz']) {
    expect(refused(() => copySource(bad))).toBe('400 InvalidArgument Invalid copy source object key');
  }
});
