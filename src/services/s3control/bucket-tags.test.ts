import { CreateBucketCommand, GetBucketTaggingCommand } from '@aws-sdk/client-s3';
import {
  ListTagsForResourceCommand,
  type S3ControlClient,
  type Tag,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-s3-control';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCOUNT, OTHER_ACCOUNT, type S3Server, startS3Server } from '../../testing/start-s3-server.ts';

// What Terraform's provider (since 6.22) does with the tags of every bucket.

let server: S3Server;
let control: S3ControlClient;
let made = 0;
beforeAll(async () => {
  server = await startS3Server();
  control = server.site.s3control(server.root);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  expect(server.site.faults).toEqual([]);
});

async function bucket(): Promise<string> {
  made += 1;
  const Bucket = `tagged-${made}`;
  await server.client().send(new CreateBucketCommand({ Bucket }));
  return Bucket;
}

const resource = (name: string) => ({ AccountId: ACCOUNT, ResourceArn: `arn:aws:s3:::${name}` });

async function tagsOf(name: string, client = control): Promise<Tag[] | undefined> {
  return (await client.send(new ListTagsForResourceCommand(resource(name)))).Tags;
}

const tag = (name: string, Tags: Tag[], client = control) =>
  client.send(new TagResourceCommand({ ...resource(name), Tags }));

const untag = (name: string, TagKeys: string[], client = control) =>
  client.send(new UntagResourceCommand({ ...resource(name), TagKeys }));

const errorOf = (name: string) => ({ name });

describe('tags of buckets through S3 Control', () => {
  it('are added, replaced by key, listed and removed; S3 shows the same', async () => {
    const name = await bucket();
    expect(await tagsOf(name)).toEqual([]);
    const first = await tag(name, [
      { Key: 'team', Value: 'data' },
      { Key: 'cost', Value: '1' },
    ]);
    expect(first.$metadata.httpStatusCode).toBe(204);
    await tag(name, [
      { Key: 'cost', Value: '2' },
      { Key: 'é+/ =', Value: '' },
    ]);
    const all = [
      { Key: 'team', Value: 'data' },
      { Key: 'cost', Value: '2' },
      { Key: 'é+/ =', Value: '' },
    ];
    expect(await tagsOf(name)).toEqual(all);
    const asS3 = new GetBucketTaggingCommand({ Bucket: name });
    expect((await server.client().send(asS3)).TagSet).toEqual(all);
    const removed = await untag(name, ['team', 'é+/ =', 'never there']);
    expect(removed.$metadata.httpStatusCode).toBe(204);
    expect(await tagsOf(name)).toEqual([{ Key: 'cost', Value: '2' }]);
    await untag(name, ['cost']);
    expect(await tagsOf(name)).toEqual([]);
    await expect(server.client().send(asS3)).rejects.toMatchObject(errorOf('NoSuchTagSet'));
  });

  it('made with the bucket are there', async () => {
    const Tags = [{ Key: 'made', Value: 'with it' }];
    const create = new CreateBucketCommand({ Bucket: 'tagged-born', CreateBucketConfiguration: { Tags } });
    await server.client().send(create);
    expect(await tagsOf('tagged-born')).toEqual(Tags);
  });

  it('no tag of two writers is lost', async () => {
    const name = await bucket();
    const keys = ['a', 'b', 'c', 'd', 'e'];
    await Promise.all(keys.map((Key) => tag(name, [{ Key, Value: Key }])));
    expect((await tagsOf(name))?.map(({ Key }) => Key).toSorted()).toEqual(keys);
  });

  it('obey the limits of bucket tags, and what is refused changes nothing', async () => {
    const name = await bucket();
    const fifty = Array.from({ length: 50 }, (_, index) => ({ Key: `key-${index}`, Value: '' }));
    await tag(name, fifty);
    await expect(tag(name, [{ Key: 'one more', Value: '' }])).rejects.toMatchObject(errorOf('BadRequest'));
    await expect(tag(name, [{ Key: 'aws:x', Value: '' }])).rejects.toMatchObject(errorOf('InvalidTag'));
    const twice = tag(name, [
      { Key: 'key-1', Value: '1' },
      { Key: 'key-1', Value: '2' },
    ]);
    await expect(twice).rejects.toMatchObject(errorOf('InvalidTag'));
    await tag(name, [{ Key: 'key-1', Value: 'replaced' }]);
    expect(await tagsOf(name)).toHaveLength(50);
  });

  it.each([
    ['no bucket', 'arn:aws:s3:::nowhere-at-all', 'NoSuchBucket'],
    ['no ARN', 'tagged-1', 'InvalidRequest'],
    ['an access point', `arn:aws:s3:us-east-1:${ACCOUNT}:accesspoint/one`, 'NotImplemented'],
    ['an object', 'arn:aws:s3:::tagged-1/key', 'NotImplemented'],
    [
      'a directory bucket',
      `arn:aws:s3express:us-east-1:${ACCOUNT}:bucket/b--use1-az1--x-s3`,
      'NotImplemented',
    ],
  ])('of %s', async (_what, ResourceArn, code) => {
    const list = new ListTagsForResourceCommand({ AccountId: ACCOUNT, ResourceArn });
    await expect(control.send(list)).rejects.toMatchObject(errorOf(code));
  });
});

describe('who may tag a bucket', () => {
  const policy = (statement: object) => ({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Resource: '*', ...statement }],
  });

  it('each operation has its own action', async () => {
    const name = await bucket();
    const rights = ['s3:GetBucketTagging', 's3:PutBucketTagging'];
    const old = server.site.s3control(await server.user('old-rights', policy({ Action: rights })));
    await expect(tagsOf(name, old)).rejects.toMatchObject(errorOf('AccessDenied'));
    await expect(tag(name, [{ Key: 'a', Value: '' }], old)).rejects.toMatchObject(errorOf('AccessDenied'));
    await expect(untag(name, ['a'], old)).rejects.toMatchObject(errorOf('AccessDenied'));

    const tagger = server.site.s3control(await server.user('tagger', policy({ Action: 's3:TagResource' })));
    await tag(name, [{ Key: 'a', Value: '' }], tagger);
    await expect(tagsOf(name, tagger)).rejects.toMatchObject(errorOf('AccessDenied'));
  });

  it('conditions see the tags and keys of the request', async () => {
    const name = await bucket();
    const Condition = {
      StringEquals: { 'aws:RequestTag/team': 'data' },
      'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'] },
    };
    const user = await server.user('team-tagger', policy({ Action: 's3:TagResource', Condition }));
    const tagger = server.site.s3control(user);
    await tag(name, [{ Key: 'team', Value: 'data' }], tagger);
    for (const tags of [
      [{ Key: 'team', Value: 'other' }],
      [
        { Key: 'team', Value: 'data' },
        { Key: 'more', Value: '' },
      ],
    ]) {
      await expect(tag(name, tags, tagger)).rejects.toMatchObject(errorOf('AccessDenied'));
    }
    const only = { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'] } };
    const remover = await server.user('untagger', policy({ Action: 's3:UntagResource', Condition: only }));
    await expect(untag(name, ['other'], server.site.s3control(remover))).rejects.toMatchObject(
      errorOf('AccessDenied'),
    );
    await untag(name, ['team'], server.site.s3control(remover));
    expect(await tagsOf(name)).toEqual([]);
  });

  it('the account in the request is the one that has the bucket', async () => {
    const name = await bucket();
    for (const client of [control, server.site.s3control(server.otherRoot)]) {
      const list = new ListTagsForResourceCommand({ ...resource(name), AccountId: OTHER_ACCOUNT });
      await expect(client.send(list)).rejects.toMatchObject(errorOf('AccessDenied'));
    }
  });
});
