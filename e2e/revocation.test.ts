import { afterAll, beforeAll, expect, it } from 'vitest';
import { presignRequest, type RawCredentials, signRequest } from '../src/testing/raw-signing.ts';
import { action } from './security/case.ts';
import { caller, keyOf } from './security/furnish.ts';
import { startWorld, type World } from './security/world.ts';

// What was taken away is gone at the very next request: no cache outlives an answered change.

let world: World;
let call: ReturnType<typeof caller>;

beforeAll(async () => {
  world = await startWorld();
  call = caller(world);
});
afterAll(() => world[Symbol.asyncDispose]());

const SECRET = '/alpha-private/secret.txt';
const READ_ALL = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }],
});
const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: '111111111111' }, Action: 'sts:AssumeRole' }],
});

/** The status and code of a GET. */
async function get(credentials: RawCredentials, url = SECRET): Promise<string> {
  const request = { method: 'GET', url, headers: { host: world.host } };
  const { status, code } = await world.send(signRequest(request, { credentials, now: world.clock.now() }));
  return `${status} ${code ?? ''}`.trim();
}

const iam = (name: string, parameters: Record<string, string>) =>
  call(world.keys.alice, action(name, parameters), 'iam');

async function temporaryUser(UserName: string): Promise<RawCredentials> {
  await iam('CreateUser', { UserName });
  await iam('PutUserPolicy', { UserName, PolicyName: 'own', PolicyDocument: READ_ALL });
  return keyOf(await iam('CreateAccessKey', { UserName }));
}

it('a policy', async () => {
  const key = await temporaryUser('one');
  expect(await get(key)).toBe('200');
  await iam('DeleteUserPolicy', { UserName: 'one', PolicyName: 'own' });
  expect(await get(key)).toBe('403 AccessDenied');
  await iam('AttachUserPolicy', {
    UserName: 'one',
    PolicyArn: 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess',
  });
  expect(await get(key)).toBe('200');
  await iam('DetachUserPolicy', {
    UserName: 'one',
    PolicyArn: 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess',
  });
  expect(await get(key)).toBe('403 AccessDenied');
});

it('a key, its presigned URLs, its user', async () => {
  const key = await temporaryUser('two');
  const url = presignRequest(
    { method: 'GET', url: SECRET, headers: { host: world.host } },
    { credentials: key, now: world.clock.now(), expiresSeconds: 600 },
  );
  const status = (Status: string) =>
    iam('UpdateAccessKey', { UserName: 'two', AccessKeyId: key.accessKeyId, Status });
  expect(await get(key)).toBe('200');
  expect(await world.send(url)).toMatchObject({ status: 200 });
  await status('Inactive');
  expect(await get(key)).toBe('403 InvalidAccessKeyId');
  expect(await world.send(url)).toMatchObject({ status: 403, code: 'InvalidAccessKeyId' });
  await status('Active');
  expect(await get(key)).toBe('200');
  await iam('DeleteAccessKey', { UserName: 'two', AccessKeyId: key.accessKeyId });
  expect(await get(key)).toBe('403 InvalidAccessKeyId');
  await iam('DeleteUserPolicy', { UserName: 'two', PolicyName: 'own' });
  await iam('DeleteUser', { UserName: 'two' });
  const again = await temporaryUser('two');
  expect(await get(again)).toBe('200');
  expect(await get(key)).toBe('403 InvalidAccessKeyId');
});

it('a group', async () => {
  await iam('CreateUser', { UserName: 'three' });
  const key = keyOf(await iam('CreateAccessKey', { UserName: 'three' }));
  await iam('CreateGroup', { GroupName: 'readers' });
  await iam('PutGroupPolicy', { GroupName: 'readers', PolicyName: 'own', PolicyDocument: READ_ALL });
  expect(await get(key)).toBe('403 AccessDenied');
  await iam('AddUserToGroup', { GroupName: 'readers', UserName: 'three' });
  expect(await get(key)).toBe('200');
  await iam('RemoveUserFromGroup', { GroupName: 'readers', UserName: 'three' });
  expect(await get(key)).toBe('403 AccessDenied');
});

it('a role, and one made again under its name', async () => {
  const RoleName = 'passing';
  const make = async () => {
    await iam('CreateRole', { RoleName, AssumeRolePolicyDocument: TRUST });
    await iam('PutRolePolicy', { RoleName, PolicyName: 'own', PolicyDocument: READ_ALL });
  };
  await make();
  const RoleArn = `arn:aws:iam::111111111111:role/${RoleName}`;
  const assumed = await call(
    world.keys.alice,
    action('AssumeRole', { RoleArn, RoleSessionName: 'session' }),
    'sts',
  );
  const session = keyOf(assumed);
  expect(await get(session)).toBe('200');
  await iam('DeleteRolePolicy', { RoleName, PolicyName: 'own' });
  expect(await get(session)).toBe('403 AccessDenied');
  await iam('DeleteRole', { RoleName });
  expect(await get(session)).toMatch(/^403 /);
  await make();
  expect(await get(session)).toMatch(/^403 /);
});

it('a bucket policy', async () => {
  expect(await get(world.keys.bob, '/alpha-shared/for-b/file.txt')).toBe('200');
  await call(world.keys.alice, { method: 'DELETE', url: '/alpha-shared?policy' });
  expect(await get(world.keys.bob, '/alpha-shared/for-b/file.txt')).toBe('403 AccessDenied');
});
