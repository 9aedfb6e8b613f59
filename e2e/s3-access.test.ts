import { createHash } from 'node:crypto';
import * as s3 from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { ACCOUNT, OTHER_ACCOUNT } from '../src/testing/start-s3-server.ts';
import { refusal, refusedWith, s3Fixture, statusOf } from './s3-answers.ts';

const fixture = s3Fixture();
let users = 0;

const allow = (Action: string | string[], Resource: string | string[], Condition?: object) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource, ...(Condition === undefined ? {} : { Condition }) }],
});

/** A client that may do just this. */
async function userWith(policy: object | undefined, account?: string) {
  users += 1;
  return fixture.server.client({ keys: await fixture.server.user(`user-${users}`, policy, account) });
}

async function bucketWith(Key = 'key') {
  const Bucket = await fixture.bucket();
  await fixture.client.send(new s3.PutObjectCommand({ Bucket, Key, Body: 'body', Tagging: 'team=red' }));
  return Bucket;
}

const refusedAll = (sendings: Promise<unknown>[]) => Promise.all(sendings.map(refusal));

const arn = (bucket: string, key?: string) => `arn:aws:s3:::${bucket}${key === undefined ? '' : `/${key}`}`;

async function putPolicy(Bucket: string, Statement: object | object[]) {
  await fixture.client.send(
    new s3.PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify({ Version: '2012-10-17', Statement }) }),
  );
}

describe('identity policies', () => {
  it('nothing is allowed by itself', async () => {
    const Bucket = await bucketWith();
    const nobody = await userWith(undefined);
    const refusals = await refusedAll([
      nobody.send(new s3.GetObjectCommand({ Bucket, Key: 'key' })),
      nobody.send(new s3.PutObjectCommand({ Bucket, Key: 'key', Body: 'x' })),
      nobody.send(new s3.DeleteObjectCommand({ Bucket, Key: 'key' })),
      nobody.send(new s3.ListObjectsV2Command({ Bucket })),
      nobody.send(new s3.GetBucketVersioningCommand({ Bucket })),
      nobody.send(new s3.ListBucketsCommand({})),
      nobody.send(new s3.CreateBucketCommand({ Bucket: 'nobodys-bucket' })),
      nobody.send(new s3.DeleteBucketCommand({ Bucket })),
    ]);
    for (const refused of refusals) expect(refused).toMatchObject({ status: 403, code: 'AccessDenied' });
    const deletion = new s3.DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'key' }] } });
    expect((await nobody.send(deletion)).Errors).toMatchObject([{ Key: 'key', Code: 'AccessDenied' }]);
  });

  it("AWS's policies for conditional deletes", async () => {
    const Bucket = await bucketWith('one');
    await fixture.client.send(new s3.PutObjectCommand({ Bucket, Key: 'two', Body: 'body' }));
    const { ETag } = await fixture.client.send(new s3.HeadObjectCommand({ Bucket, Key: 'one' }));
    const conditional = allow('s3:DeleteObject', arn(Bucket, '*'), { Null: { 's3:if-match': 'false' } });
    const blind = await userWith(conditional);
    const seeing = await userWith({
      ...conditional,
      Statement: [...conditional.Statement, ...allow('s3:GetObject', arn(Bucket, '*')).Statement],
    });
    const deletion = (Key: string, IfMatch?: string) => new s3.DeleteObjectCommand({ Bucket, Key, IfMatch });
    const deletions = (Key: string, tag?: string) =>
      new s3.DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key, ETag: tag }] } });
    const denied = { Errors: [{ Code: 'AccessDenied' }] };
    expect(await statusOf(seeing.send(deletion('one')))).toBe(403);
    expect(await statusOf(blind.send(deletion('one', ETag)))).toBe(403);
    expect(await seeing.send(deletions('two'))).toMatchObject(denied);
    expect(await blind.send(deletions('two', ETag))).toMatchObject(denied);
    expect(await statusOf(seeing.send(deletion('one', ETag)))).toBe(204);
    expect(await seeing.send(deletions('two', ETag))).toMatchObject({ Deleted: [{ Key: 'two' }] });
    await fixture.client.send(new s3.PutObjectCommand({ Bucket, Key: 'one', Body: 'body' }));
    expect(await statusOf(blind.send(deletion('one', '*')))).toBe(204);
  });

  it('a missing key is told to those who may list', async () => {
    const Bucket = await bucketWith();
    const get = new s3.GetObjectCommand({ Bucket, Key: 'none' });
    const head = new s3.HeadObjectCommand({ Bucket, Key: 'none' });
    const reader = await userWith(allow('s3:GetObject', arn(Bucket, '*')));
    expect(await refusal(reader.send(get))).toMatchObject({ status: 403, code: 'AccessDenied' });
    expect(await refusal(reader.send(head))).toMatchObject({ status: 403 });
    const lister = await userWith(allow(['s3:GetObject', 's3:ListBucket'], [arn(Bucket), arn(Bucket, '*')]));
    expect(await refusal(lister.send(get))).toMatchObject({ status: 404, code: 'NoSuchKey' });
    expect(await refusal(lister.send(head))).toMatchObject({ status: 404 });
  });

  it.each(['*', 'arn:aws:s3:::*'])('listing buckets, allowed on %s', async (resource) => {
    const user = await userWith(allow('s3:ListAllMyBuckets', resource));
    expect(await statusOf(user.send(new s3.ListBucketsCommand({})))).toBe(200);
  });

  it('an unknown bucket is said to be unknown', async () => {
    const nobody = await userWith(undefined);
    const list = new s3.ListObjectsV2Command({ Bucket: 'nowhere-at-all' });
    expect(await refusal(nobody.send(list))).toMatchObject({ status: 404, code: 'NoSuchBucket' });
  });

  it('versions, tags and ACLs have actions of their own', async () => {
    const Bucket = await fixture.bucket('Enabled');
    const { VersionId = '' } = await fixture.client.send(
      new s3.PutObjectCommand({ Bucket, Key: 'key', Body: 'x' }),
    );
    const writer = await userWith(
      allow(['s3:PutObject', 's3:GetObject', 's3:DeleteObject'], arn(Bucket, '*')),
    );
    const on = { Bucket, Key: 'key' };
    await writer.send(new s3.PutObjectCommand({ ...on, Body: 'x' }));
    await writer.send(new s3.GetObjectCommand(on));
    const refusals = await refusedAll([
      writer.send(new s3.PutObjectCommand({ ...on, Body: 'x', Tagging: 'a=b' })),
      writer.send(new s3.PutObjectCommand({ ...on, Body: 'x', ACL: 'bucket-owner-full-control' })),
      writer.send(new s3.GetObjectCommand({ ...on, VersionId })),
      writer.send(new s3.DeleteObjectCommand({ ...on, VersionId })),
      writer.send(new s3.GetObjectTaggingCommand(on)),
      writer.send(new s3.PutObjectTaggingCommand({ ...on, Tagging: { TagSet: [] } })),
      writer.send(new s3.GetObjectAclCommand(on)),
      writer.send(new s3.GetObjectAttributesCommand({ ...on, ObjectAttributes: ['ETag'] })),
      writer.send(new s3.ListObjectVersionsCommand({ Bucket })),
      writer.send(new s3.ListMultipartUploadsCommand({ Bucket })),
    ]);
    for (const refused of refusals) expect(refused).toMatchObject({ status: 403, code: 'AccessDenied' });
    await writer.send(new s3.DeleteObjectCommand(on));
  });

  it('a copy needs both sides', async () => {
    const from = await bucketWith();
    const to = await fixture.bucket();
    const copy = new s3.CopyObjectCommand({ Bucket: to, Key: 'copy', CopySource: `${from}/key` });
    const reader = await userWith(allow('s3:GetObject*', arn(from, '*')));
    expect(await refusal(reader.send(copy))).toMatchObject({ status: 403 });
    const writer = await userWith(allow('s3:PutObject*', arn(to, '*')));
    expect(await refusal(writer.send(copy))).toMatchObject({ status: 403 });
    const untagged = await userWith(allow(['s3:GetObject', 's3:PutObject'], [arn(from, '*'), arn(to, '*')]));
    expect(await refusal(untagged.send(copy))).toMatchObject({ status: 403 });
    const both = await userWith(allow(['s3:GetObject*', 's3:PutObject*'], [arn(from, '*'), arn(to, '*')]));
    await both.send(copy);
  });
});

describe('conditions', () => {
  it.each<[string, string, object, object, object]>([
    [
      's3:prefix',
      's3:ListBucket',
      { StringLike: { 's3:prefix': 'mine/*' } },
      { Prefix: 'mine/x' },
      { Prefix: 'x' },
    ],
    ['no prefix', 's3:ListBucket', { StringEquals: { 's3:prefix': '' } }, {}, { Prefix: 'x' }],
    ['s3:delimiter', 's3:ListBucket', { StringEquals: { 's3:delimiter': '/' } }, { Delimiter: '/' }, {}],
    [
      's3:max-keys',
      's3:ListBucket',
      { NumericLessThanEquals: { 's3:max-keys': '10' } },
      { MaxKeys: 10 },
      { MaxKeys: 11 },
    ],
  ])('%s of a list', async (_name, action, condition, good, bad) => {
    const Bucket = await bucketWith();
    const user = await userWith(allow(action, arn(Bucket), condition));
    await user.send(new s3.ListObjectsV2Command({ Bucket, ...good }));
    expect(await refusal(user.send(new s3.ListObjectsV2Command({ Bucket, ...bad })))).toMatchObject({
      status: 403,
    });
  });

  it.each<[string, object, Partial<s3.PutObjectCommandInput>, Partial<s3.PutObjectCommandInput>]>([
    [
      's3:x-amz-storage-class',
      { StringEquals: { 's3:x-amz-storage-class': 'STANDARD_IA' } },
      { StorageClass: 'STANDARD_IA' },
      {},
    ],
    [
      's3:x-amz-server-side-encryption',
      { StringEquals: { 's3:x-amz-server-side-encryption': 'AES256' } },
      { ServerSideEncryption: 'AES256' },
      {},
    ],
    [
      's3:x-amz-acl',
      { StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control' } },
      { ACL: 'bucket-owner-full-control' },
      {},
    ],
    [
      's3:RequestObjectTag',
      { StringEquals: { 's3:RequestObjectTag/team': 'red' } },
      { Tagging: 'team=red' },
      { Tagging: 'team=blue' },
    ],
    [
      's3:RequestObjectTagKeys',
      { 'ForAllValues:StringEquals': { 's3:RequestObjectTagKeys': ['team'] } },
      { Tagging: 'team=x' },
      { Tagging: 'team=x&other=y' },
    ],
    ['s3:if-none-match', { Null: { 's3:if-none-match': 'false' } }, { IfNoneMatch: '*' }, {}],
  ])('%s of a write', async (_name, condition, good, bad) => {
    const Bucket = await fixture.bucket();
    const user = await userWith(
      allow(['s3:PutObject', 's3:PutObjectTagging', 's3:PutObjectAcl'], arn(Bucket, '*'), condition),
    );
    const put = (input: Partial<s3.PutObjectCommandInput>) =>
      user.send(new s3.PutObjectCommand({ Bucket, Key: 'key', Body: 'x', ...input }));
    await put(good);
    expect(await refusal(put(bad))).toMatchObject({ status: 403, code: 'AccessDenied' });
  });

  it('s3:ExistingObjectTag', async () => {
    const Bucket = await bucketWith();
    const reader = (team: string) =>
      userWith(
        allow('s3:GetObject', arn(Bucket, '*'), { StringEquals: { 's3:ExistingObjectTag/team': team } }),
      );
    const get = new s3.GetObjectCommand({ Bucket, Key: 'key' });
    await (await reader('red')).send(get);
    expect(await refusal((await reader('blue')).send(get))).toMatchObject({ status: 403 });
  });

  it.each<[string, object, boolean]>([
    ['aws:SourceIp here', { IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } }, true],
    ['aws:SourceIp elsewhere', { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }, false],
    ['aws:SecureTransport', { Bool: { 'aws:SecureTransport': 'true' } }, false],
    ['s3:authType', { StringEquals: { 's3:authType': 'REST-HEADER' } }, true],
    ['s3:signatureversion', { StringEquals: { 's3:signatureversion': 'AWS4-HMAC-SHA256' } }, true],
    ['aws:RequestedRegion', { StringEquals: { 'aws:RequestedRegion': 'ap-south-1' } }, false],
    ['s3:ResourceAccount', { StringEquals: { 's3:ResourceAccount': ACCOUNT } }, true],
    ['aws:CurrentTime', { DateLessThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' } }, false],
  ])('%s', async (_name, condition, allowed) => {
    const Bucket = await bucketWith();
    const user = await userWith(allow('s3:GetObject', arn(Bucket, '*'), condition));
    const reading = user.send(new s3.GetObjectCommand({ Bucket, Key: 'key' }));
    expect(await statusOf(reading)).toBe(allowed ? 200 : 403);
  });
});

describe('bucket policies', () => {
  it('another account needs both its own and the bucket policy', async () => {
    const Bucket = await bucketWith();
    const get = new s3.GetObjectCommand({ Bucket, Key: 'key' });
    const stranger = await userWith(allow('s3:*', '*'), OTHER_ACCOUNT);
    expect(await refusedWith(stranger.send(get))).toBe('403 AccessDenied Access Denied');
    await putPolicy(Bucket, {
      Effect: 'Allow',
      Principal: { AWS: OTHER_ACCOUNT },
      Action: 's3:GetObject',
      Resource: arn(Bucket, '*'),
    });
    await stranger.send(get);
    const powerless = await userWith(undefined, OTHER_ACCOUNT);
    expect(await refusal(powerless.send(get))).toMatchObject({ status: 403 });
    const put = new s3.PutObjectCommand({ Bucket, Key: 'key', Body: 'x' });
    expect(await refusal(stranger.send(put))).toMatchObject({ status: 403 });
    expect(await refusal(stranger.send(new s3.GetBucketPolicyCommand({ Bucket })))).toMatchObject({
      status: 403,
    });
  });

  it('an explicit deny binds even the root, who can still take it back', async () => {
    const Bucket = await bucketWith();
    await putPolicy(Bucket, {
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: [arn(Bucket), arn(Bucket, '*')],
    });
    const get = new s3.GetObjectCommand({ Bucket, Key: 'key' });
    expect(await refusal(fixture.client.send(get))).toMatchObject({ status: 403 });
    await fixture.client.send(new s3.DeleteBucketPolicyCommand({ Bucket }));
    await fixture.client.send(get);
  });

  it('comes back as it was put, and is gone after DELETE', async () => {
    const Bucket = await fixture.bucket();
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 's3:*', Resource: arn(Bucket) }],
    });
    const put = await fixture.client.send(new s3.PutBucketPolicyCommand({ Bucket, Policy }));
    expect(put.$metadata.httpStatusCode).toBe(204);
    expect((await fixture.client.send(new s3.GetBucketPolicyCommand({ Bucket }))).Policy).toBe(Policy);
    const status = await fixture.client.send(new s3.GetBucketPolicyStatusCommand({ Bucket }));
    expect(status.PolicyStatus?.IsPublic).toBe(false);
    await fixture.client.send(new s3.DeleteBucketPolicyCommand({ Bucket }));
    expect(await refusal(fixture.client.send(new s3.GetBucketPolicyCommand({ Bucket })))).toMatchObject({
      code: 'NoSuchBucketPolicy',
      fields: { BucketName: Bucket },
    });
  });

  it('names its bucket, with as many wildcards as it likes', async () => {
    const Bucket = 'a'.repeat(60);
    await fixture.client.send(new s3.CreateBucketCommand({ Bucket }));
    const name = (text: string) =>
      putPolicy(Bucket, {
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:*',
        Resource: `arn:aws:s3:::${text}/*`,
      });
    await name(`${'*a'.repeat(10)}?`);
    // Tried in every way that the stars can share out the name, this would take minutes.
    expect(await refusal(name(`${'*a'.repeat(10)}_`))).toMatchObject({ code: 'MalformedPolicy' });
  });

  it.each<[string, string]>([
    ['', "Policies must be valid JSON and the first byte must be '{'"],
    ['strange', "Policies must be valid JSON and the first byte must be '{'"],
    ['{}', 'Missing required field Statement'],
    [
      JSON.stringify({
        Statement: { Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: 'arn:aws:s3:::another-one' },
      }),
      'Policy has invalid resource',
    ],
    [
      JSON.stringify({
        Statement: {
          Effect: 'Allow',
          Principal: '*',
          Action: 's3:*',
          Resource: `arn:aws:s3:::${'*'.repeat(60)}NO-CAPITALS/*`,
        },
      }),
      'Policy has invalid resource',
    ],
    [
      JSON.stringify({
        Statement: {
          Effect: 'Allow',
          Principal: { AWS: '999999999999' },
          Action: 's3:*',
          Resource: 'arn:aws:s3:::BUCKET',
        },
      }),
      'Invalid principal in policy',
    ],
  ])('refuses %j', async (policy, message) => {
    const Bucket = await fixture.bucket();
    const put = new s3.PutBucketPolicyCommand({ Bucket, Policy: policy.replace('BUCKET', Bucket) });
    expect(await refusedWith(fixture.client.send(put))).toBe(`400 MalformedPolicy ${message}`);
  });
});

const openTo = (Bucket: string) => ({
  Effect: 'Allow',
  Principal: '*',
  Action: 's3:GetObject',
  Resource: arn(Bucket, '*'),
});

const unblock = (Bucket: string, RestrictPublicBuckets: boolean) =>
  fixture.client.send(
    new s3.PutPublicAccessBlockCommand({
      Bucket,
      PublicAccessBlockConfiguration: { BlockPublicPolicy: false, RestrictPublicBuckets },
    }),
  );

const anonymous = async (Bucket: string) => (await fetch(`${fixture.server.endpoint}/${Bucket}/key`)).status;

describe('public access', () => {
  it('is blocked by default', async () => {
    const Bucket = await bucketWith();
    expect(await refusal(putPolicy(Bucket, openTo(Bucket)))).toMatchObject({
      status: 403,
      code: 'AccessDenied',
    });
    expect(await anonymous(Bucket)).toBe(403);
    await putPolicy(Bucket, {
      ...openTo(Bucket),
      Condition: { IpAddress: { 'aws:SourceIp': '127.0.0.1/32' } },
    });
    expect(await anonymous(Bucket)).toBe(200);
  });

  it('opens when the owner says so, and closes under RestrictPublicBuckets', async () => {
    const Bucket = await bucketWith();
    await unblock(Bucket, false);
    await putPolicy(Bucket, openTo(Bucket));
    expect(await anonymous(Bucket)).toBe(200);
    const status = await fixture.client.send(new s3.GetBucketPolicyStatusCommand({ Bucket }));
    expect(status.PolicyStatus?.IsPublic).toBe(true);
    await unblock(Bucket, true);
    expect(await anonymous(Bucket)).toBe(403);
    const stranger = await userWith(allow('s3:*', '*'), OTHER_ACCOUNT);
    const get = new s3.GetObjectCommand({ Bucket, Key: 'key' });
    expect(await refusal(stranger.send(get))).toMatchObject({ status: 403 });
    const own = await userWith(undefined);
    await own.send(get);
  });

  it('deletes a list for everybody as far as the policy allows', async () => {
    const Bucket = await bucketWith();
    const list = '<Delete><Object><Key>key</Key></Object><Object><Key>other</Key></Object></Delete>';
    const post = async () => {
      const headers = { 'content-md5': createHash('md5').update(list).digest('base64') };
      const url = `${fixture.server.endpoint}/${Bucket}?delete`;
      const answer = await fetch(url, { method: 'POST', headers, body: list });
      return { status: answer.status, body: await answer.text() };
    };
    expect(await post()).toMatchObject({ status: 403, body: expect.stringContaining('AccessDenied') });
    await unblock(Bucket, false);
    await putPolicy(Bucket, { ...openTo(Bucket), Action: 's3:DeleteObject', Resource: arn(Bucket, 'key') });
    const { status, body } = await post();
    expect(status).toBe(200);
    expect(body).toContain('<Deleted><Key>key</Key></Deleted>');
    expect(body).toContain('<Key>other</Key><Code>AccessDenied</Code>');
  });

  it('anonymous readers cannot choose answer headers', async () => {
    const Bucket = await bucketWith();
    await unblock(Bucket, false);
    await putPolicy(Bucket, openTo(Bucket));
    const answer = await fetch(`${fixture.server.endpoint}/${Bucket}/key?response-content-type=text/html`);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('<Code>InvalidRequest</Code>');
  });
});
