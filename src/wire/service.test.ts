import { Readable } from 'node:stream';
import * as iam from '@aws-sdk/client-iam';
import * as s3 from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { accessDenied, noSuchKey } from '../errors/s3.ts';
import { startWireServer, TEST_ACCESS_KEY } from '../testing/start-wire-server.ts';
import { defineService } from './definition.ts';

const objects = new Map<string, Buffer>();

const service = defineService<string>()({
  name: 's3',
  sdk: s3,
  protocol: 'rest-xml',
  handlers: {
    PutObject: async (input, call) => {
      const chunks: Buffer[] = [];
      for await (const chunk of call.body) chunks.push(chunk);
      objects.set(input.Key, Buffer.concat(chunks));
      if (input.ContentEncoding !== undefined) throw new Error('chunk framing reached a handler');
      return {
        ETag: `"${input.ContentLength}"`,
        ...(call.trailers.get('x-amz-checksum-crc32') ? { VersionId: 'trailer' } : {}),
      };
    },
    GetObject: async (input) => {
      const found = objects.get(input.Key);
      if (found === undefined) throw noSuchKey(input.Key);
      return { Body: Readable.from([found.subarray(0, 3), found.subarray(3)]), ContentLength: found.length };
    },
    HeadObject: async (input) => {
      throw noSuchKey(input.Key);
    },
    DeleteObject: async () => {
      throw accessDenied('Access Denied because object protected by object lock.');
    },
    GetBucketLocation: async () => ({ LocationConstraint: 'eu-west-1' as const }),
    ListBuckets: async () => {
      throw new Error('a secret cause');
    },
    DeleteObjects: async (input) => ({ Deleted: input.Delete.Objects.map(({ Key }) => ({ Key })) }),
  },
  access: {
    PutObject: () => [],
    GetObject: () => [],
    HeadObject: () => [],
    DeleteObject: () => [],
    GetBucketLocation: () => [],
    ListBuckets: () => [],
    DeleteObjects: () => [],
  },
});

const clientOf = (endpoint: string) =>
  new s3.S3Client({
    endpoint,
    region: 'us-east-1',
    credentials: TEST_ACCESS_KEY,
    forcePathStyle: true,
    maxAttempts: 1,
    requestStreamBufferSize: 65_536,
  });

test('objects go in and out through the SDK', async () => {
  await using server = await startWireServer([service]);
  const client = clientOf(server.endpoint);
  const target = { Bucket: 'bucket', Key: 'a/ä +%/key' };
  const put = await client.send(new s3.PutObjectCommand({ ...target, Body: 'hello world' }));
  expect(put.ETag).toBe('"11"');
  const streamed = await client.send(
    new s3.PutObjectCommand({
      Bucket: 'bucket',
      Key: 'streamed',
      Body: Readable.from(['ab', 'cdefg']),
      ContentLength: 7,
    }),
  );
  expect(streamed).toMatchObject({ ETag: '"7"', VersionId: 'trailer' });
  const got = await client.send(new s3.GetObjectCommand(target));
  expect(await got.Body?.transformToString()).toBe('hello world');
  expect(
    server.records.map((record) => [record.action, record.status, record.account, record.bytesOut]),
  ).toEqual([
    ['PutObject', 200, 'caller', 0],
    ['PutObject', 200, 'caller', 0],
    ['GetObject', 200, 'caller', 11],
  ]);
  expect(got.$metadata.requestId).toBe(server.records[2]?.requestId);
});

test('errors are rendered once, and causes stay here', async () => {
  await using server = await startWireServer([service]);
  const client = clientOf(server.endpoint);
  const missing = client.send(new s3.GetObjectCommand({ Bucket: 'bucket', Key: 'none' }));
  await expect(missing).rejects.toMatchObject({
    name: 'NoSuchKey',
    Key: 'none',
    $metadata: { httpStatusCode: 404 },
  });
  const head = client.send(new s3.HeadObjectCommand({ Bucket: 'bucket', Key: 'none' }));
  await expect(head).rejects.toMatchObject({ name: 'NotFound' });
  const locked = client.send(new s3.DeleteObjectCommand({ Bucket: 'bucket', Key: 'none' }));
  await expect(locked).rejects.toMatchObject({ name: 'AccessDenied' });
  const fault = client.send(new s3.ListBucketsCommand());
  await expect(fault).rejects.toMatchObject({
    name: 'InternalError',
    message: expect.not.stringContaining('secret'),
  });
  expect(server.faults).toEqual([new Error('a secret cause')]);
  const unbuilt = client.send(
    new s3.PutBucketAnalyticsConfigurationCommand({
      Bucket: 'bucket',
      Id: 'id',
      AnalyticsConfiguration: { Id: 'id', StorageClassAnalysis: {} },
    }),
  );
  await expect(unbuilt).rejects.toMatchObject({ name: 'NotImplemented', $metadata: { httpStatusCode: 501 } });
});

test('documents are checked before they are read', async () => {
  await using server = await startWireServer([service]);
  const client = clientOf(server.endpoint);
  const deleted = await client.send(
    new s3.DeleteObjectsCommand({
      Bucket: 'bucket',
      Delete: { Objects: [{ Key: 'a\r\nb' }, { Key: ' c ' }] },
    }),
  );
  expect(deleted.Deleted).toEqual([{ Key: 'a\r\nb' }, { Key: ' c ' }]);
  const location = await client.send(new s3.GetBucketLocationCommand({ Bucket: 'bucket' }));
  expect(location.LocationConstraint).toBe('eu-west-1');
});

const expectBucketOwner = async (bucket: string, account: string) => {
  if (bucket !== 'bucket' || account !== '123456789012') throw accessDenied();
};

const ask = (endpoint: string, ExpectedBucketOwner: string) =>
  clientOf(endpoint).send(new s3.GetBucketLocationCommand({ Bucket: 'bucket', ExpectedBucketOwner }));

test('expected owners are checked, or refused where nobody can check them', async () => {
  await using server = await startWireServer([service], { expectBucketOwner });
  await using unable = await startWireServer([service]);
  await ask(server.endpoint, '123456789012');
  await expect(ask(server.endpoint, '12')).rejects.toMatchObject({ name: 'InvalidBucketOwnerAWSAccountID' });
  await expect(ask(server.endpoint, '210987654321')).rejects.toMatchObject({ name: 'AccessDenied' });
  await expect(ask(unable.endpoint, '123456789012')).rejects.toMatchObject({ name: 'NotImplemented' });
});

test('a service without handlers answers in its own protocol', async () => {
  await using server = await startWireServer([]);
  const { endpoint } = server;
  const client = new iam.IAMClient({ endpoint, region: 'us-east-1', credentials: TEST_ACCESS_KEY });
  const answer = client.send(new iam.ListUsersCommand());
  await expect(answer).rejects.toMatchObject({
    name: 'NotImplemented',
    message: 'ListUsers is not implemented',
  });
});

test('a late service is loaded by its first requests, once', async () => {
  let loads = 0;
  const load = async () => {
    loads += 1;
    return await Promise.resolve(service);
  };
  await using server = await startWireServer([{ name: 's3', load }]);
  const client = clientOf(server.endpoint);
  expect(loads).toBe(0);
  const answers = await Promise.all(
    [1, 2, 3].map(() => client.send(new s3.GetBucketLocationCommand({ Bucket: 'late' }))),
  );
  expect(answers.map(({ LocationConstraint }) => LocationConstraint)).toEqual(
    Array<string>(3).fill('eu-west-1'),
  );
  expect(loads).toBe(1);
});
