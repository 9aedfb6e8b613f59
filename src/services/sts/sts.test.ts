import { ListRolesCommand, TagRoleCommand } from '@aws-sdk/client-iam';
import {
  AssumeRoleCommand,
  type Credentials,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
} from '@aws-sdk/client-sts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createAccessKey } from '../../identity/access-keys.ts';
import { putInlinePolicy } from '../../identity/inline-policies.ts';
import { createManagedPolicy, policyArn } from '../../identity/managed-policies.ts';
import { createRole, deleteRole, updateTrustPolicy } from '../../identity/roles.ts';
import { createUser } from '../../identity/users.ts';
import {
  type IdentityServer,
  type SessionKeys,
  startIdentityServer,
} from '../../testing/start-identity-server.ts';

let server: IdentityServer;
let alice: SessionKeys;
beforeAll(async () => {
  server = await startIdentityServer();
  await createUser(server.identity, ACCOUNT, { userName: 'alice' });
  alice = await createAccessKey(server.identity, { account: ACCOUNT, userName: 'alice' });
});
afterAll(() => server[Symbol.asyncDispose]());
afterEach(() => expect(server.faults).toEqual([]));

const ACCOUNT = '111111111111';
const OTHER = '222222222222';
const ALICE = `arn:aws:iam::${ACCOUNT}:user/alice`;

const policy = (Action: string, Resource = '*', Effect = 'Allow') =>
  JSON.stringify({ Version: '2012-10-17', Statement: { Effect, Action, Resource } });
const trusting = (AWS: string, Condition: object = {}) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS }, Condition },
  });

function keysOf(credentials: Credentials | undefined): SessionKeys {
  return {
    accessKeyId: credentials?.AccessKeyId ?? '',
    secretAccessKey: credentials?.SecretAccessKey ?? '',
    sessionToken: credentials?.SessionToken ?? '',
  };
}

function refused(call: Promise<unknown>, name: string, httpStatusCode: number): Promise<void> {
  return expect(call).rejects.toMatchObject({ name, $metadata: { httpStatusCode } });
}

async function role(roleName: string, trust: string, account = ACCOUNT): Promise<string> {
  await createRole(server.identity, account, { roleName, trustPolicy: trust });
  await putInlinePolicy(server.identity, 'role', account, roleName, 'p', policy('iam:List*'));
  return `arn:aws:iam::${account}:role/${roleName}`;
}

const assume = (RoleArn: string, more: object = {}, keys: SessionKeys = alice) =>
  server.sts(keys).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'test', ...more }));

describe('GetCallerIdentity', () => {
  it('tells root and user', async () => {
    expect(await server.sts().send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: ACCOUNT,
      UserId: ACCOUNT,
      Arn: `arn:aws:iam::${ACCOUNT}:root`,
    });
    expect(await server.sts(alice).send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: ACCOUNT,
      UserId: expect.stringMatching(/^AIDA/),
      Arn: ALICE,
    });
  });
});

it('answers for the regions of the site, and no others', async () => {
  const ask = (region: string) => server.sts(alice, region).send(new GetCallerIdentityCommand({}));
  expect((await ask('ap-south-1')).Arn).toBe(ALICE);
  await refused(ask('mars-north-9'), 'SignatureDoesNotMatch', 403);
});

describe('AssumeRole', () => {
  it('gives keys that act as the role', async () => {
    const answer = await assume(await role('worker', trusting(ALICE)));
    expect(answer.AssumedRoleUser?.Arn).toBe(`arn:aws:sts::${ACCOUNT}:assumed-role/worker/test`);
    expect(answer.AssumedRoleUser?.AssumedRoleId).toMatch(/^AROA[A-Z2-7]{17}:test$/);
    const keys = keysOf(answer.Credentials);
    expect(keys.accessKeyId).toMatch(/^ASIA/);
    expect(await server.sts(keys).send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: ACCOUNT,
      UserId: answer.AssumedRoleUser?.AssumedRoleId,
      Arn: answer.AssumedRoleUser?.Arn,
    });
    expect((await server.iam(keys).send(new ListRolesCommand({}))).Roles?.length).toBeGreaterThan(0);
    const { sessionToken: _token, ...without } = keys;
    await refused(server.sts(without).send(new GetCallerIdentityCommand({})), 'InvalidClientTokenId', 403);
    const asKey = { ...without, accessKeyId: keys.sessionToken ?? '' };
    await refused(server.sts(asKey).send(new GetCallerIdentityCommand({})), 'InvalidClientTokenId', 403);
    await refused(
      server.sts({ ...keys, sessionToken: `${keys.sessionToken}x` }).send(new GetCallerIdentityCommand({})),
      'InvalidClientTokenId',
      403,
    );
  });

  it('narrows the session by its policy', async () => {
    const arn = await role('narrow', trusting(ALICE));
    const answer = await assume(arn, { Policy: policy('iam:GetRole') });
    await refused(server.iam(keysOf(answer.Credentials)).send(new ListRolesCommand({})), 'AccessDenied', 403);
    const managed = await assume(arn, { PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/IAMFullAccess' }] });
    expect(
      (await server.iam(keysOf(managed.Credentials)).send(new ListRolesCommand({}))).Roles,
    ).toBeDefined();
    const unrelated = await assume(arn, {
      PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/AmazonS3FullAccess' }],
    });
    await refused(
      server.iam(keysOf(unrelated.Credentials)).send(new ListRolesCommand({})),
      'AccessDenied',
      403,
    );
  });

  it('asks trust and identity: the account as principal delegates, across accounts both must allow', async () => {
    const own = await role('by-account', trusting(ACCOUNT));
    const foreign = await role('foreign', trusting(ALICE), OTHER);
    const closed = await role('closed', trusting(OTHER));
    await refused(assume(own), 'AccessDenied', 403);
    await refused(assume(foreign), 'AccessDenied', 403);
    await putInlinePolicy(server.identity, 'user', ACCOUNT, 'alice', 'assume', policy('sts:AssumeRole'));
    expect((await assume(own)).Credentials).toBeDefined();
    expect((await assume(foreign)).AssumedRoleUser?.Arn).toBe(
      `arn:aws:sts::${OTHER}:assumed-role/foreign/test`,
    );
    await refused(assume(closed), 'AccessDenied', 403);
    await putInlinePolicy(
      server.identity,
      'user',
      ACCOUNT,
      'alice',
      'assume',
      policy('sts:AssumeRole', own, 'Deny'),
    );
    await refused(assume(own), 'AccessDenied', 403);
    await expect(assume(own)).rejects.toThrow(
      `User: ${ALICE} is not authorized to perform: sts:AssumeRole on resource: ${own}`,
    );
  });

  it('obeys conditions of the trust policy', async () => {
    const arn = await role('external', trusting(ALICE, { StringEquals: { 'sts:ExternalId': 'e1' } }));
    await refused(assume(arn), 'AccessDenied', 403);
    await refused(assume(arn, { ExternalId: 'e2' }), 'AccessDenied', 403);
    expect((await assume(arn, { ExternalId: 'e1' })).Credentials).toBeDefined();
  });

  it.each(['aws:ResourceTag/team', 'iam:ResourceTag/team'])(
    'knows the tags of the role as %s',
    async (key) => {
      const arn = await role(
        `tagged-${key.slice(0, 3)}`,
        trusting(ALICE, { StringEquals: { [key]: 'red' } }),
      );
      const tag = (Value: string) =>
        server.iam().send(
          new TagRoleCommand({
            RoleName: arn.slice(arn.lastIndexOf('/') + 1),
            Tags: [{ Key: 'team', Value }],
          }),
        );
      await tag('blue');
      await refused(assume(arn), 'AccessDenied', 403);
      await tag('red');
      expect((await assume(arn)).Credentials).toBeDefined();
    },
  );

  it('takes no session policies that do not exist', async () => {
    expect.hasAssertions();
    const arn = await role('with-policies', trusting(ALICE));
    const own = await createManagedPolicy(server.identity, ACCOUNT, {
      policyName: 'own',
      document: policy('iam:List*'),
    });
    const foreign = await createManagedPolicy(server.identity, OTHER, {
      policyName: 'foreign',
      document: policy('iam:List*'),
    });
    const narrowed = (by: string) => assume(arn, { PolicyArns: [{ arn: by }] });
    expect((await narrowed(policyArn(ACCOUNT, own))).Credentials).toBeDefined();
    for (const missing of [
      `arn:aws:iam::${ACCOUNT}:policy/none`,
      'arn:aws:iam::aws:policy/None',
      policyArn(OTHER, foreign),
    ]) {
      await refused(narrowed(missing), 'MalformedPolicyDocumentException', 400);
    }
  });

  it('ends sessions with their role, also when one of that name is made again', async () => {
    const arn = await role('brief', trusting(ALICE));
    const keys = keysOf((await assume(arn)).Credentials);
    await updateTrustPolicy(server.identity, ACCOUNT, 'brief', trusting(OTHER));
    await refused(assume(arn), 'AccessDenied', 403);
    expect((await server.iam(keys).send(new ListRolesCommand({}))).Roles).toBeDefined();
    await putInlinePolicy(server.identity, 'role', ACCOUNT, 'brief', 'p', policy('s3:*'));
    await refused(server.iam(keys).send(new ListRolesCommand({})), 'AccessDenied', 403);
    const { deleteInlinePolicy } = await import('../../identity/inline-policies.ts');
    await deleteInlinePolicy(server.identity, 'role', ACCOUNT, 'brief', 'p');
    await deleteRole(server.identity, ACCOUNT, 'brief');
    await refused(server.sts(keys).send(new GetCallerIdentityCommand({})), 'InvalidClientTokenId', 403);
    await role('brief', trusting(ALICE));
    await refused(server.sts(keys).send(new GetCallerIdentityCommand({})), 'InvalidClientTokenId', 403);
  });

  it('refuses what AWS refuses', async () => {
    expect.hasAssertions();
    const arn = await role('strict', trusting(ALICE));
    await refused(assume('x'.repeat(20)), 'ValidationError', 400);
    await refused(assume(arn, { RoleSessionName: 'a:b' }), 'ValidationError', 400);
    await refused(assume(arn, { DurationSeconds: 60 }), 'ValidationError', 400);
    await refused(assume(arn, { DurationSeconds: 7_200 }), 'ValidationError', 400);
    await refused(assume(arn, { Policy: '{}' }), 'MalformedPolicyDocumentException', 400);
    await refused(assume(arn, { Tags: [{ Key: 'a', Value: 'b' }] }), 'NotImplemented', 501);
    await refused(assume(arn, { MinimumSessionTokenSize: 4096 }), 'NotImplemented', 501);
    await refused(assume(`arn:aws:iam::${ACCOUNT}:role/none`), 'AccessDenied', 403);
    await refused(assume(arn, {}, server.root), 'AccessDenied', 403);
  });
});

describe('GetSessionToken', () => {
  it('gives temporary keys of the user, which IAM does not take', async () => {
    const { Credentials } = await server.sts(alice).send(new GetSessionTokenCommand({}));
    const keys = keysOf(Credentials);
    expect((await server.sts(keys).send(new GetCallerIdentityCommand({}))).Arn).toBe(ALICE);
    await refused(server.iam(keys).send(new ListRolesCommand({})), 'InvalidClientTokenId', 403);
    await refused(server.sts(keys).send(new GetSessionTokenCommand({})), 'AccessDenied', 403);
  });

  it('makes no token longer than it is', async () => {
    expect.hasAssertions();
    const ask = (MinimumSessionTokenSize: number) =>
      server.sts(alice).send(new GetSessionTokenCommand({ MinimumSessionTokenSize }));
    await ask(0);
    await refused(ask(1024), 'NotImplemented', 501);
  });
});
