import * as s3 from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { ACCOUNT } from '../src/testing/start-s3-server.ts';
import { refusal, s3Fixture, statusOf } from './s3-answers.ts';

// Condition keys that depend on the operation, as AWS's own examples of policies use them.

const fixture = s3Fixture();
let users = 0;

/** A client that may do everything but what this denies. */
async function denied(Action: string, Condition: object) {
  users += 1;
  const Statement = [
    { Effect: 'Allow', Action: ['s3:*', 'iam:PassRole'], Resource: '*' },
    { Effect: 'Deny', Action, Resource: '*', Condition },
  ];
  const keys = await fixture.server.user(`user-${users}`, { Version: '2012-10-17', Statement });
  return fixture.server.client({ keys });
}

const REFUSED = { status: 403, code: 'AccessDenied' };

async function uploadOfOnePart(
  client: s3.S3Client,
  input: s3.CreateMultipartUploadCommandInput,
  IfNoneMatch?: string,
) {
  const { Bucket, Key } = input;
  const { UploadId } = await client.send(new s3.CreateMultipartUploadCommand(input));
  const part = { Bucket, Key, UploadId, PartNumber: 1 };
  const { ETag } = await client.send(new s3.UploadPartCommand({ ...part, Body: 'part' }));
  const copy = await client.send(
    new s3.UploadPartCopyCommand({ ...part, PartNumber: 2, CopySource: `${Bucket}/key` }),
  );
  expect(copy.CopyPartResult?.ETag).toBeDefined();
  return client.send(
    new s3.CompleteMultipartUploadCommand({
      Bucket,
      Key,
      UploadId,
      MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
      ...(IfNoneMatch === undefined ? {} : { IfNoneMatch }),
    }),
  );
}

async function bucketWithKey() {
  const Bucket = await fixture.bucket();
  await fixture.client.send(new s3.PutObjectCommand({ Bucket, Key: 'key', Body: 'body' }));
  return Bucket;
}

describe('s3:ObjectCreationOperation', () => {
  it('lets a policy demand conditional writes, uploads included', async () => {
    const Bucket = await bucketWithKey();
    const client = await denied('s3:PutObject', {
      Null: { 's3:if-none-match': 'true' },
      Bool: { 's3:ObjectCreationOperation': 'true' },
    });
    const put = { Bucket, Key: 'put', Body: 'x' };
    expect(await refusal(client.send(new s3.PutObjectCommand(put)))).toMatchObject(REFUSED);
    await client.send(new s3.PutObjectCommand({ ...put, IfNoneMatch: '*' }));
    const copy = { Bucket, Key: 'copy', CopySource: `${Bucket}/key` };
    expect(await refusal(client.send(new s3.CopyObjectCommand(copy)))).toMatchObject(REFUSED);
    expect(await refusal(uploadOfOnePart(client, { Bucket, Key: 'large' }))).toMatchObject(REFUSED);
    await uploadOfOnePart(client, { Bucket, Key: 'large' }, '*');
  });
});

describe('s3:x-amz-copy-source', () => {
  it.each([
    ['as it is', (bucket: string) => `${bucket}/secret/a b`],
    ['with a slash in front', (bucket: string) => `/${bucket}/secret/a b`],
    ['encoded', (bucket: string) => `%2F${bucket}%2Fs%65cret%2Fa%20b`],
  ])('is the decoded source, sent %s', async (_how, source) => {
    const Bucket = await fixture.bucket();
    await fixture.client.send(new s3.PutObjectCommand({ Bucket, Key: 'secret/a b', Body: 'body' }));
    const condition = { StringLike: { 's3:x-amz-copy-source': `${Bucket}/secret/*` } };
    const client = await denied('s3:PutObject', condition);
    const copy = { Bucket, Key: 'copy', CopySource: source(Bucket) };
    expect(await refusal(client.send(new s3.CopyObjectCommand(copy)))).toMatchObject(REFUSED);
    const { UploadId } = await client.send(new s3.CreateMultipartUploadCommand({ Bucket, Key: 'copy' }));
    const part = new s3.UploadPartCopyCommand({ ...copy, UploadId, PartNumber: 1 });
    expect(await refusal(client.send(part))).toMatchObject(REFUSED);
    await fixture.client.send(new s3.CopyObjectCommand(copy));
  });
});

describe('a multipart upload', () => {
  it.each([
    ['s3:x-amz-server-side-encryption', { ServerSideEncryption: 'AES256' }],
    ['s3:x-amz-storage-class', { StorageClass: 'STANDARD_IA' }],
  ] as const)('is judged by what it was created with: %s', async (key, created) => {
    const Bucket = await bucketWithKey();
    const [value] = Object.values(created);
    const client = await denied('s3:PutObject', { StringNotEquals: { [key]: value } });
    await uploadOfOnePart(client, { Bucket, Key: 'large', ...created });
    expect(await refusal(uploadOfOnePart(client, { Bucket, Key: 'large' }))).toMatchObject(REFUSED);
    // What was not named is not there, whatever it comes to be.
    const unnamed = await denied('s3:PutObject', { Null: { [key]: 'false' } });
    await uploadOfOnePart(unnamed, { Bucket, Key: 'large' });
    expect(await refusal(uploadOfOnePart(unnamed, { Bucket, Key: 'large', ...created }))).toMatchObject(
      REFUSED,
    );
  });
});

describe('iam:PassRole in PutBucketReplication', () => {
  it.each([
    ['127.0.0.0/8', 403],
    ['10.0.0.0/8', 200],
  ])('is refused from %s', async (network, status) => {
    const Bucket = await fixture.bucket('Enabled');
    const destination = await fixture.bucket('Enabled');
    const client = await denied('iam:PassRole', { IpAddress: { 'aws:SourceIp': network } });
    const put = new s3.PutBucketReplicationCommand({
      Bucket,
      ReplicationConfiguration: {
        Role: `arn:aws:iam::${ACCOUNT}:role/replicator`,
        Rules: [
          {
            Status: 'Enabled',
            Priority: 1,
            Filter: {},
            DeleteMarkerReplication: { Status: 'Disabled' },
            Destination: { Bucket: `arn:aws:s3:::${destination}` },
          },
        ],
      },
    });
    expect(await statusOf(client.send(put))).toBe(status);
  });
});
