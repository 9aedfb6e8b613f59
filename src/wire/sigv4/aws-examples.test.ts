import { describe, expect, it } from 'vitest';
import type { Clock } from '../../lib/clock.ts';
import { createAuthenticator } from './authenticate.ts';
import type { SignedRequest, SigningService } from './authenticated.ts';
import { openBody } from './open-body.ts';
import { parseAmzDate } from './request-time.ts';
import { deriveSigningKey } from './signing-key.ts';

// The worked examples of AWS's documentation: "Authenticating Requests: Using the Authorization Header", "Using Query
// Parameters", "Signature Calculations ... in Multiple Chunks", "... Including Trailing Headers", and the IAM
// example of "Signing AWS requests".

const EXAMPLE_KEY = 'AKIAIOSFODNN7EXAMPLE';
const EXAMPLE_SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const EXAMPLE_DATE = '20130524T000000Z';
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const S3: SigningService = { service: 's3', dialect: 's3' };

function verifierAt(amzDate: string, accessKeyId = EXAMPLE_KEY, secretAccessKey = EXAMPLE_SECRET) {
  const clock: Clock = { now: () => parseAmzDate(amzDate) ?? 0, after: () => () => {} };
  return createAuthenticator({
    clock,
    credentials: {
      lookup: (id) => (id === accessKeyId ? { secretAccessKey, principal: 'jeff' } : undefined),
    },
  });
}

function authorization(signedHeaders: string, signature: string): string {
  return `AWS4-HMAC-SHA256 Credential=${EXAMPLE_KEY}/20130524/us-east-1/s3/aws4_request,SignedHeaders=${signedHeaders},Signature=${signature}`;
}

const plain = 'host;x-amz-content-sha256;x-amz-date';
const common = {
  host: 'examplebucket.s3.amazonaws.com',
  'x-amz-date': EXAMPLE_DATE,
  'x-amz-content-sha256': EMPTY,
};

const examples: Record<string, SignedRequest> = {
  'GET Object': {
    method: 'GET',
    rawUrl: '/test.txt',
    headers: {
      ...common,
      range: 'bytes=0-9',
      authorization: authorization(
        'host;range;x-amz-content-sha256;x-amz-date',
        'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
      ),
    },
  },
  'PUT Object': {
    method: 'PUT',
    rawUrl: '/test$file.text',
    headers: {
      ...common,
      date: 'Fri, 24 May 2013 00:00:00 GMT',
      'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      'x-amz-content-sha256': '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
      authorization: authorization(
        'date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class',
        '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
      ),
    },
  },
  'GET Bucket Lifecycle': {
    method: 'GET',
    rawUrl: '/?lifecycle',
    headers: {
      ...common,
      authorization: authorization(plain, 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543'),
    },
  },
  'List Objects': {
    method: 'GET',
    rawUrl: '/?prefix=J&max-keys=2',
    headers: {
      ...common,
      authorization: authorization(plain, '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7'),
    },
  },
  'Presigned GET': {
    method: 'GET',
    rawUrl:
      '/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
    headers: { host: 'examplebucket.s3.amazonaws.com' },
  },
};

describe("AWS's examples", () => {
  it.each(Object.entries(examples))('%s', async (_name, request) => {
    const result = await verifierAt(EXAMPLE_DATE).authenticate(request, S3);
    expect(result).toMatchObject({
      kind: 'signed',
      principal: 'jeff',
      accessKeyId: EXAMPLE_KEY,
      scope: { date: '20130524', region: 'us-east-1', service: 's3' },
    });
  });

  it('takes the Date header where there is no x-amz-date', async () => {
    // The same instant in the other form gives the same string to sign; only the signed headers differ, so that the
    // example's signature no longer fits, which is how one sees that the date was understood.
    const { 'x-amz-date': _, ...headers } = examples['PUT Object']?.headers ?? {};
    await expect(
      verifierAt(EXAMPLE_DATE).authenticate({ method: 'PUT', rawUrl: '/test$file.text', headers }, S3),
    ).rejects.toMatchObject({
      code: 'SignatureDoesNotMatch',
      fields: { StringToSign: expect.stringContaining(EXAMPLE_DATE) },
    });
  });

  it('IAM ListUsers', async () => {
    const verifier = verifierAt(
      '20150830T123600Z',
      'AKIDEXAMPLE',
      'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
    );
    const result = await verifier.authenticate(
      {
        method: 'GET',
        rawUrl: '/?Action=ListUsers&Version=2010-05-08',
        headers: {
          host: 'iam.amazonaws.com',
          'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
          'x-amz-date': '20150830T123600Z',
          authorization:
            'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
        },
      },
      { service: 'iam', dialect: 'query' },
    );
    expect(result).toMatchObject({ kind: 'signed', principal: 'jeff' });
  });
});

const chunked = Buffer.concat([
  Buffer.from('10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n'),
  Buffer.alloc(65_536, 'a'),
  Buffer.from('\r\n400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n'),
  Buffer.alloc(1024, 'a'),
  Buffer.from(
    '\r\n0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n',
  ),
]);

async function* split(bytes: Buffer, pieceBytes: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

async function read(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe("AWS's chunked examples", () => {
  it.each([1_000_000, 65_536, 1000, 87, 7])(
    'chunk signatures, read in pieces of %d bytes',
    async (pieceBytes) => {
      const headers = {
        host: 's3.amazonaws.com',
        'x-amz-date': EXAMPLE_DATE,
        'x-amz-storage-class': 'REDUCED_REDUNDANCY',
        'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
        'content-encoding': 'aws-chunked',
        'x-amz-decoded-content-length': '66560',
        'content-length': '66824',
        authorization: authorization(
          'content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class',
          '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
        ),
      };
      const result = await verifierAt(EXAMPLE_DATE).authenticate(
        { method: 'PUT', rawUrl: '/examplebucket/chunkObject.txt', headers },
        S3,
      );
      expect(chunked.length).toBe(66_824);
      const opened = openBody(split(chunked, pieceBytes), result.payload, headers);
      expect(opened.contentLength).toBe(66_560);
      expect((await read(opened.body)).equals(Buffer.alloc(66_560, 'a'))).toBe(true);
    },
  );

  it.each(['\r\n', '\n\r\n'])('chunks with a signed trailer (line end %j)', async (lineEnd) => {
    const body = Buffer.concat([
      Buffer.from(
        '10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2\r\n',
      ),
      Buffer.alloc(65_536, 'a'),
      Buffer.from(
        '\r\n400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7\r\n',
      ),
      Buffer.alloc(1024, 'a'),
      Buffer.from(
        '\r\n0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n',
      ),
      Buffer.from(`x-amz-checksum-crc32c:sOO8/Q==${lineEnd}`),
      Buffer.from(
        'x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n',
      ),
    ]);
    const opened = openBody(
      split(body, 4096),
      {
        mode: 'signed-chunks',
        trailer: true,
        seed: {
          accessKeyId: EXAMPLE_KEY,
          signature: '106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e',
          signingKey: deriveSigningKey(EXAMPLE_SECRET, {
            date: '20130524',
            region: 'us-east-1',
            service: 's3',
          }),
          amzDate: EXAMPLE_DATE,
          scope: '20130524/us-east-1/s3/aws4_request',
        },
      },
      { 'x-amz-decoded-content-length': '66560', 'x-amz-trailer': 'x-amz-checksum-crc32c' },
    );
    expect((await read(opened.body)).length).toBe(66_560);
    expect([...opened.trailers]).toEqual([['x-amz-checksum-crc32c', 'sOO8/Q==']]);
  });
});
