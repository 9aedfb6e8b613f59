import { beforeEach, describe, expect, it } from 'vitest';
import type { Principal } from '../policy/types.ts';
import { SimulatedClock } from '../testing/simulated-clock.ts';
import { openTestIdentity } from '../testing/start-identity-server.ts';
import { createAccessKey, deleteAccessKey, listAccessKeys, updateAccessKey } from './access-keys.ts';
import { createAccount, listAccounts } from './accounts.ts';
import { assumeRole, issueSessionCredentials } from './assume-role.ts';
import { attachPolicy, detachPolicy } from './attached-policies.ts';
import { authorise } from './authorise.ts';
import { addUserToGroup, createGroup } from './groups.ts';
import type { Identity } from './identity.ts';
import { deleteInlinePolicy, putInlinePolicy } from './inline-policies.ts';
import { createManagedPolicy, policyArn } from './managed-policies.ts';
import { passRole } from './pass-role.ts';
import { setPermissionsBoundary } from './permissions-boundary.ts';
import { createPolicyVersion } from './policy-versions.ts';
import { createRole, deleteRole, updateTrustPolicy } from './roles.ts';
import { createUser, deleteUser, updateUser } from './users.ts';

const ACCOUNT = '111111111111';
const OTHER = '222222222222';
const OBJECT = 'arn:aws:s3:::bucket/key';

let clock: SimulatedClock;
let identity: Identity;
beforeEach(async () => {
  clock = new SimulatedClock();
  identity = await openTestIdentity(clock);
});

const allowing = (Action: string, Resource = '*') =>
  JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action, Resource } });
const trusting = (Service: string, Condition: object = {}) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole', Condition },
  });

async function signer(accessKeyId: string, token?: string): Promise<Principal> {
  const answer = await identity.credentials(accessKeyId, token);
  if (typeof answer !== 'object') throw new Error(`no principal: ${answer}`);
  return answer.principal;
}

async function may(principal: Principal, action = 's3:GetObject', resourcePolicy?: string): Promise<boolean> {
  const decision = await authorise(identity, {
    principal,
    action,
    resource: OBJECT,
    context: {},
    resourceAccount: ACCOUNT,
    ...(resourcePolicy === undefined ? {} : { resourcePolicy }),
  });
  return decision.decision === 'allow';
}

/** What IAM's console attaches as AWSRevokeOlderSessions. */
const revokingBefore = (ms: number) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: {
      Effect: 'Deny',
      Action: '*',
      Resource: '*',
      Condition: { DateLessThan: { 'aws:TokenIssueTime': new Date(ms).toISOString() } },
    },
  });

async function alice(): Promise<Principal> {
  await createUser(identity, ACCOUNT, { userName: 'alice', tags: [{ Key: 'team', Value: 'red' }] });
  return await signer((await createAccessKey(identity, { account: ACCOUNT, userName: 'alice' })).accessKeyId);
}

describe('accounts and keys', () => {
  it('are made once', async () => {
    const made = await createAccount(identity, { name: 'three' });
    expect(made.id).toMatch(/^\d{12}$/);
    expect((await listAccounts(identity)).map(({ name }) => name).toSorted()).toEqual([
      'one',
      'three',
      'two',
    ]);
    await expect(createAccount(identity, { name: 'three' })).rejects.toMatchObject({
      code: 'EntityAlreadyExists',
    });
    await expect(createAccount(identity, { name: 'x', id: '12' })).rejects.toMatchObject({
      code: 'ValidationError',
    });
  });

  it('give back their secret, sealed in the row', async () => {
    const given = { accessKeyId: 'HOLDFASTROOTKEY1', secretAccessKey: 'a secret of my own choice' };
    const key = await createAccessKey(identity, { account: ACCOUNT }, given);
    expect(await identity.credentials(given.accessKeyId)).toEqual({
      secretAccessKey: given.secretAccessKey,
      principal: { kind: 'root', account: ACCOUNT },
    });
    expect(JSON.stringify(await listAccessKeys(identity, { account: ACCOUNT }))).not.toContain(
      given.secretAccessKey,
    );
    await expect(createAccessKey(identity, { account: OTHER }, given)).rejects.toMatchObject({
      code: 'EntityAlreadyExists',
    });
    await updateAccessKey(identity, { account: ACCOUNT }, key.accessKeyId, 'Inactive');
    expect(await identity.credentials(key.accessKeyId)).toBe('disabled');
    await expect(deleteAccessKey(identity, { account: OTHER }, key.accessKeyId)).rejects.toMatchObject({
      code: 'NoSuchEntity',
    });
    await deleteAccessKey(identity, { account: ACCOUNT }, key.accessKeyId);
    expect(await identity.credentials(key.accessKeyId)).toBeUndefined();
  });
});

describe('policies of a principal', () => {
  it('are known at once when nothing changed', async () => {
    const principal = await alice();
    await identity.policiesOf(principal);
    const { accessKeyId = '' } =
      (await listAccessKeys(identity, { account: ACCOUNT, userName: 'alice' }))[0] ?? {};
    expect(identity.policiesOf(principal)).not.toBeInstanceOf(Promise);
    expect(identity.credentials(accessKeyId)).not.toBeInstanceOf(Promise);
  });

  it('come from the user, its groups, managed policies and their default version, and change at once', async () => {
    const principal = await alice();
    expect(await may(principal)).toBe(false);
    await putInlinePolicy(identity, 'user', ACCOUNT, 'alice', 'p', allowing('s3:Get*'));
    expect(await may(principal)).toBe(true);
    await deleteInlinePolicy(identity, 'user', ACCOUNT, 'alice', 'p');
    expect(await may(principal)).toBe(false);
    await createGroup(identity, ACCOUNT, { groupName: 'Readers' });
    await attachPolicy(
      identity,
      'group',
      ACCOUNT,
      'readers',
      'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess',
    );
    await addUserToGroup(identity, ACCOUNT, 'READERS', 'ALICE');
    expect(await may(principal)).toBe(true);
    expect(await may(principal, 's3:PutObject')).toBe(false);
    const row = await createManagedPolicy(identity, ACCOUNT, {
      policyName: 'own',
      document: allowing('iam:*'),
    });
    await attachPolicy(identity, 'user', ACCOUNT, 'alice', policyArn(ACCOUNT, row));
    expect(await may(principal, 's3:PutObject')).toBe(false);
    await createPolicyVersion(identity, ACCOUNT, policyArn(ACCOUNT, row), allowing('s3:Put*'), true);
    expect(await may(principal, 's3:PutObject')).toBe(true);
    await setPermissionsBoundary(
      identity,
      'user',
      ACCOUNT,
      'alice',
      'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess',
    );
    expect(await may(principal, 's3:PutObject')).toBe(false);
    expect(await may(principal)).toBe(true);
  });

  it('bring the tags of the principal, and no others', async () => {
    const principal = await alice();
    const document = JSON.parse(allowing('s3:*')) as { Statement: object };
    Object.assign(document.Statement, { Condition: { StringEquals: { 'aws:PrincipalTag/team': 'red' } } });
    await putInlinePolicy(identity, 'user', ACCOUNT, 'alice', 'p', JSON.stringify(document));
    expect(await may(principal)).toBe(true);
  });

  it('end with the principal, whatever a resource still says', async () => {
    const principal = await alice();
    const open = JSON.stringify({
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${ACCOUNT}:user/alice` },
        Action: 's3:*',
        Resource: '*',
      },
    });
    expect(await may(principal, 's3:GetObject', open)).toBe(true);
    for (const key of await listAccessKeys(identity, { account: ACCOUNT, userName: 'alice' })) {
      await deleteAccessKey(identity, { account: ACCOUNT, userName: 'alice' }, key.accessKeyId);
    }
    await deleteUser(identity, ACCOUNT, 'alice');
    expect(await may(principal, 's3:GetObject', open)).toBe(false);
    await createUser(identity, ACCOUNT, { userName: 'alice' });
    expect(await may(principal, 's3:GetObject', open)).toBe(false);
  });
});

describe('roles', () => {
  const caller: Principal = { kind: 'service', service: 's3.amazonaws.com' };
  const roleArn = `arn:aws:iam::${ACCOUNT}:role/service-role/copier`;
  const assume = (more: object = {}) =>
    assumeRole(identity, { caller, roleArn, sessionName: 's3-replication', ...more });
  const make = (trustPolicy: string) =>
    createRole(identity, ACCOUNT, { roleName: 'copier', path: '/service-role/', trustPolicy });
  const refused = (call: Promise<unknown>) =>
    expect(call).rejects.toMatchObject({ name: 'AssumeRoleNotPermittedError' });

  it('are assumed by the service that the trust policy names', async () => {
    await refused(assume());
    await make(trusting('s3.amazonaws.com'));
    const { session } = await assume();
    expect(session).toMatchObject({
      roleArn,
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/copier/s3-replication`,
    });
    expect(await may(session)).toBe(false);
    await putInlinePolicy(identity, 'role', ACCOUNT, 'copier', 'p', allowing('s3:Get*'));
    expect(await may(session)).toBe(true);
    await refused(assume({ caller: { kind: 'service', service: 'ec2.amazonaws.com' } }));
    await refused(assume({ caller: { kind: 'anonymous' } }));
    await refused(assume({ caller: { kind: 'root', account: ACCOUNT } }));
    await refused(assume({ roleArn: `arn:aws:iam::${ACCOUNT}:role/copier` }));
  });

  it('obey aws:SourceAccount', async () => {
    await make(trusting('s3.amazonaws.com', { StringEquals: { 'aws:SourceAccount': ACCOUNT } }));
    await refused(assume());
    await refused(assume({ context: { 'aws:SourceAccount': OTHER } }));
    expect((await assume({ context: { 'aws:SourceAccount': ACCOUNT } })).session.kind).toBe('role-session');
  });

  it('leave nothing to a session when they go', async () => {
    await make(trusting('s3.amazonaws.com'));
    await attachPolicy(identity, 'role', ACCOUNT, 'copier', 'arn:aws:iam::aws:policy/AdministratorAccess');
    const { session } = await assume();
    const keys = issueSessionCredentials(identity, session, 3_600);
    expect(await may(await signer(keys.accessKeyId, keys.sessionToken))).toBe(true);
    await detachPolicy(identity, 'role', ACCOUNT, 'copier', 'arn:aws:iam::aws:policy/AdministratorAccess');
    expect(await may(session)).toBe(false);
    await deleteRole(identity, ACCOUNT, 'copier');
    expect(await identity.credentials(keys.accessKeyId, keys.sessionToken)).toBeUndefined();
    await make(trusting('s3.amazonaws.com'));
    await attachPolicy(identity, 'role', ACCOUNT, 'copier', 'arn:aws:iam::aws:policy/AdministratorAccess');
    expect(await may(session)).toBe(false);
    expect(await identity.credentials(keys.accessKeyId, keys.sessionToken)).toBeUndefined();
  });

  it('give sessions that expire and cannot be mended', async () => {
    await make(trusting('s3.amazonaws.com'));
    const keys = issueSessionCredentials(identity, (await assume()).session, 900);
    expect(await identity.credentials(keys.accessKeyId)).toBeUndefined();
    expect(await identity.credentials('ASIAOTHER', keys.sessionToken)).toBe('invalid-token');
    expect(await identity.credentials(keys.accessKeyId, `${keys.sessionToken}A`)).toBe('invalid-token');
    expect(await identity.credentials(keys.accessKeyId, '')).toBe('invalid-token');
    clock.jump(899_000);
    expect(await identity.credentials(keys.accessKeyId, keys.sessionToken)).toMatchObject({
      principal: { kind: 'role-session' },
    });
    clock.jump(1_000);
    expect(await identity.credentials(keys.accessKeyId, keys.sessionToken)).toBe('expired');
  });

  it('give tokens that are no access keys, before and after they expire', async () => {
    await make(trusting('s3.amazonaws.com'));
    const keys = issueSessionCredentials(identity, (await assume()).session, 900);
    const answers = async () => {
      const asSession = await identity.credentials(keys.accessKeyId, keys.sessionToken);
      return [typeof asSession, await identity.credentials(keys.sessionToken)];
    };
    expect(await answers()).toEqual(['object', undefined]);
    clock.jump(900_000);
    expect(await answers()).toEqual(['string', undefined]);
  });

  it('take back sessions by aws:TokenIssueTime, and long-term keys keep working', async () => {
    await make(trusting('s3.amazonaws.com'));
    await putInlinePolicy(identity, 'role', ACCOUNT, 'copier', 'p', allowing('s3:Get*'));
    const user = await alice();
    if (user.kind !== 'user') throw new TypeError(user.kind);
    await putInlinePolicy(identity, 'user', ACCOUNT, 'alice', 'p', allowing('s3:Get*'));
    const issued = async (principal: Parameters<typeof issueSessionCredentials>[1]) => {
      const keys = issueSessionCredentials(identity, principal, 3_600);
      return await signer(keys.accessKeyId, keys.sessionToken);
    };
    const { session } = await assume();
    const older = [await issued(session), await issued(user)];
    clock.jump(1_000);
    const newer = [await issued(session), await issued(user), session, user];
    await putInlinePolicy(identity, 'role', ACCOUNT, 'copier', 'revoke', revokingBefore(clock.now()));
    await putInlinePolicy(identity, 'user', ACCOUNT, 'alice', 'revoke', revokingBefore(clock.now()));
    const allowed = (principals: Principal[]) => Promise.all(principals.map((one) => may(one)));
    expect(await allowed(older)).toEqual([false, false]);
    expect(await allowed(newer)).toEqual([true, true, true, true]);
  });

  it('are passed by who may pass them, to the service named', async () => {
    const principal = await alice();
    const pass = async (more: object = {}) =>
      (await passRole(identity, { caller: principal, roleArn, service: 's3.amazonaws.com', ...more }))
        .decision;
    expect(await pass()).toBe('implicit-deny');
    const statement = {
      Effect: 'Allow',
      Action: 'iam:PassRole',
      Resource: roleArn,
      Condition: { StringEquals: { 'iam:PassedToService': 's3.amazonaws.com' } },
    };
    await putInlinePolicy(
      identity,
      'user',
      ACCOUNT,
      'alice',
      'p',
      JSON.stringify({ Version: '2012-10-17', Statement: statement }),
    );
    expect(await pass()).toBe('allow');
    expect(await pass({ service: 'ec2.amazonaws.com' })).toBe('implicit-deny');
    expect(await pass({ roleArn: `arn:aws:iam::${ACCOUNT}:role/other` })).toBe('implicit-deny');
    expect(await pass({ caller: { kind: 'root', account: ACCOUNT } })).toBe('allow');
    expect(await pass({ caller: { kind: 'root', account: OTHER } })).toBe('implicit-deny');
    expect(await pass({ caller: { kind: 'anonymous' } })).toBe('implicit-deny');
  });

  it('trust the user that was meant, not one made again under its name', async () => {
    const principal = await alice();
    const trust = JSON.stringify({
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${ACCOUNT}:user/alice` },
        Action: 'sts:AssumeRole',
      },
    });
    await make(trust);
    expect((await assume({ caller: principal })).session.kind).toBe('role-session');
    await updateUser(identity, ACCOUNT, 'alice', { newUserName: 'alicia' });
    const [renamed] = await listAccessKeys(identity, { account: ACCOUNT, userName: 'alicia' });
    expect((await assume({ caller: await signer(renamed?.accessKeyId ?? '') })).session.kind).toBe(
      'role-session',
    );
    await updateUser(identity, ACCOUNT, 'alicia', { newUserName: 'alice' });
    for (const key of await listAccessKeys(identity, { account: ACCOUNT, userName: 'alice' })) {
      await deleteAccessKey(identity, { account: ACCOUNT, userName: 'alice' }, key.accessKeyId);
    }
    await deleteUser(identity, ACCOUNT, 'alice');
    const again = await alice();
    await refused(assume({ caller: again }));
    await updateTrustPolicy(identity, ACCOUNT, 'copier', trust);
    expect((await assume({ caller: again })).session.kind).toBe('role-session');
  });
});
