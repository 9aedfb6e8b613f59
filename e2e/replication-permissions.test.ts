import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DeleteUserCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { DeleteBucketPolicyCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LogFields, silentLogger } from '../src/lib/logger.ts';
import { rolePolicy, ruleTo, TRUST } from '../src/testing/replication-fixture.ts';
import type { TestKeys } from '../src/testing/test-site.ts';
import { FAR, ReplicationWorld } from './replication-world.ts';
import { refusedWith } from './s3-answers.ts';

/** Nothing arrives that role and bucket policy do not allow at that moment, and whoever asks learns why. */
let world: ReplicationWorld;
let logged: LogFields[];

beforeEach(async () => {
  logged = [];
  world = await ReplicationWorld.start({ ...silentLogger, warn: (fields) => logged.push(fields) });
});
afterEach(() => world[Symbol.asyncDispose]());

const policyFor = (AWS: string, Action: readonly string[]) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS }, Action, Resource: 'arn:aws:s3:::theirs/*' }],
  });

const allow = (AWS: string, ...Action: readonly string[]) =>
  world.s3('theirs').send(new PutBucketPolicyCommand({ Bucket: 'theirs', Policy: policyFor(AWS, Action) }));

/** The role's policy, and one thing that it may not. */
const denying = (Action: string) => {
  const policy = JSON.parse(rolePolicy('*', ['*'])) as { Version: string; Statement: object[] };
  return JSON.stringify({
    ...policy,
    Statement: [...policy.Statement, { Effect: 'Deny', Action, Resource: '*' }],
  });
};

describe('into the bucket of another account', () => {
  beforeEach(async () => {
    await world.bucket('theirs', { region: FAR, keys: world.partner });
    await world.replicate('source', ruleTo('theirs'));
  });

  it('FAILED without its policy, and repairing that retries nothing', async () => {
    await world.put('source', 'refused');
    await world.settled();
    expect(await world.status('source', 'refused')).toBe('FAILED');
    expect(await world.failures('source')).toEqual({ DstPutObjectNotPermitted: 1 });
    expect(logged).toContainEqual(
      expect.objectContaining({
        destination: 'theirs',
        ruleId: 'to-theirs',
        code: 'DstPutObjectNotPermitted',
      }),
    );
    await allow(world.roleArn('replicate'), 's3:ReplicateObject', 's3:ReplicateDelete');
    const allowed = await world.put('source', 'allowed', { Tagging: 'a=1' });
    const marker = await world.remove('source', 'marked');
    await world.settled();
    expect(await world.status('source', 'refused')).toBe('FAILED');
    expect(await world.versions('theirs')).toEqual([`allowed ${allowed}`, `x marked ${marker}`]);
    expect(await world.tags('theirs', 'allowed')).toEqual({ a: '1' });
  });

  it('markers only where ReplicateDelete is given too', async () => {
    await allow(world.roleArn('replicate'), 's3:ReplicateObject');
    const version = await world.put('source', 'key');
    await world.remove('source', 'key');
    await world.settled();
    expect(await world.versions('theirs')).toEqual([`key ${version}`]);
    expect(await world.failures('source')).toEqual({ DstDelObjNotPermitted: 1 });
  });

  it('FAILED again once the policy is gone', async () => {
    await allow(world.test.owner.account, 's3:ReplicateObject');
    await world.put('source', 'before');
    await world.settled();
    expect(await world.text('theirs', 'before')).toBe('before');
    await world.s3('theirs').send(new DeleteBucketPolicyCommand({ Bucket: 'theirs' }));
    await world.put('source', 'after');
    await world.settled();
    expect(await world.status('source', 'after')).toBe('FAILED');
    expect(await world.keys('theirs')).toEqual(['before']);
  });

  it('a policy binds the role that it was put for, not a later one of the name', async () => {
    await allow(world.roleArn('replicate'), 's3:ReplicateObject');
    const before = await world.put('source', 'before');
    await world.settled();
    expect(await world.versions('theirs')).toEqual([`before ${before}`]);
    const iam = world.test.iam();
    await iam.send(new DeleteRolePolicyCommand({ RoleName: 'replicate', PolicyName: 'replicate' }));
    await iam.send(new DeleteRoleCommand({ RoleName: 'replicate' }));
    await world.role('replicate', rolePolicy('*', ['*']));
    await world.put('source', 'after');
    await world.settled();
    expect(await world.failures('source')).toEqual({ DstPutObjectNotPermitted: 1 });
    await allow(world.roleArn('replicate'), 's3:ReplicateObject');
    const again = await world.put('source', 'again');
    await world.settled();
    expect(await world.versions('theirs')).toEqual([`again ${again}`, `before ${before}`]);
  });
});

describe('the role', () => {
  it('revoked on the way: FAILED, and a repaired policy retries nothing', async () => {
    await world.replicate('source', ruleTo('destination'));
    await world.put('source', 'before');
    await world.settled();
    await world.hold();
    await world.put('source', 'on the way');
    await world.rolePolicy('replicate', denying('s3:ReplicateObject'));
    world.resume();
    await world.failed('source', 'on the way');
    expect(await world.failures('source')).toEqual({ DstPutObjectNotPermitted: 1 });
    await world.rolePolicy('replicate', rolePolicy('*', ['*']));
    await world.put('source', 'after');
    await world.settled();
    expect(await world.status('source', 'on the way')).toBe('FAILED');
    expect(await world.keys('destination')).toEqual(['after', 'before']);
  });

  it('whose trust is gone, or that is gone itself, cannot be assumed', async () => {
    await world.replicate('source', ruleTo('destination'));
    const trust = JSON.parse(TRUST) as { Statement: object[] };
    const PolicyDocument = JSON.stringify({
      ...trust,
      Statement: trust.Statement.map((one) => ({ ...one, Effect: 'Deny' })),
    });
    const iam = world.test.iam();
    const RoleName = 'replicate';
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
    await world.put('source', 'untrusted');
    await world.failed('source', 'untrusted');
    await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'replicate' }));
    await iam.send(new DeleteRoleCommand({ RoleName }));
    await world.put('source', 'roleless');
    await world.failed('source', 'roleless');
    expect(await world.failures('source')).toEqual({ AssumeRoleNotPermitted: 2 });
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST }));
    await world.put('source', 'powerless');
    await world.failed('source', 'powerless');
    await world.rolePolicy('replicate', rolePolicy('*', ['*']));
    await world.put('source', 'fine');
    await world.settled();
    expect(await world.keys('destination')).toEqual(['fine']);
  });

  it('whose tags are refused: a readable replica without tags, FAILED until a tag changes again', async () => {
    await world.replicate('source', ruleTo('destination'));
    await world.rolePolicy('replicate', denying('s3:ReplicateTags'));
    const version = await world.put('source', 'key', { Tagging: 'a=1' });
    await world.failed('source', 'key');
    expect(await world.text('destination', 'key')).toBe('key');
    expect(await world.tags('destination', 'key')).toEqual({});
    expect(await world.failures('source')).toEqual({ DstPutTaggingNotPermitted: 1 });
    await world.rolePolicy('replicate', rolePolicy('*', ['*']));
    await world.settled();
    expect(await world.status('source', 'key')).toBe('FAILED');
    await world.hold();
    await world.tag('source', 'key', { a: '2' });
    expect(await world.status('source', 'key')).toBe('PENDING');
    world.resume();
    await world.settled();
    expect(await world.status('source', 'key')).toBe('COMPLETED');
    expect(await world.tags('destination', 'key')).toEqual({ a: '2' });
    expect(await world.versions('destination')).toEqual([`key ${version}`]);
    expect(await world.failures('source')).toEqual({});
  });

  it('a tag that changes on a version that never arrived does not send it', async () => {
    await world.replicate('source', ruleTo('destination'));
    await world.rolePolicy('replicate', denying('s3:ReplicateObject'));
    await world.put('source', 'key');
    await world.failed('source', 'key');
    await world.rolePolicy('replicate', rolePolicy('*', ['*']));
    await world.tag('source', 'key', { a: '1' });
    await world.settled();
    expect(await world.status('source', 'key')).toBe('FAILED');
    expect(await world.versions('destination')).toEqual([]);
  });
});

it('a bucket policy binds the user that it was put for, not a later one of the name', async () => {
  const iam = world.test.iam();
  const UserName = 'visitor';
  const make = async (): Promise<{ arn: string; keys: TestKeys }> => {
    const { User } = await iam.send(new CreateUserCommand({ UserName }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {};
    const { account } = world.test.owner;
    return { arn: User?.Arn ?? '', keys: { account, accessKeyId, secretAccessKey } };
  };
  // In its own account the bucket's policy alone gives a user the right.
  await world.bucket('own');
  await world.put('own', 'key');
  const { arn, keys } = await make();
  const Statement = [
    { Effect: 'Allow', Principal: { AWS: arn }, Action: 's3:GetObject', Resource: 'arn:aws:s3:::own/*' },
  ];
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
  await world.s3('own').send(new PutBucketPolicyCommand({ Bucket: 'own', Policy }));
  expect(await world.readAs(keys, 'own', 'key')).toBe('key');
  await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId: keys.accessKeyId }));
  await iam.send(new DeleteUserCommand({ UserName }));
  const again = await make();
  expect(again.arn).toBe(arn);
  expect(await refusedWith(world.readAs(again.keys, 'own', 'key'))).toMatch(/^403 AccessDenied /);
  await world.s3('own').send(new PutBucketPolicyCommand({ Bucket: 'own', Policy }));
  expect(await world.readAs(again.keys, 'own', 'key')).toBe('key');
});
