import { type Ask, action, ask, changed, type SecurityCase, signedBy, withHeader } from './case.ts';
import type { Person } from './people.ts';

// IAM, STS, the admin API, S3 Control: nobody gives rights to himself.

const ALLOW_ALL = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
});
const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }],
});
const ADMINISTRATOR = 'arn:aws:iam::aws:policy/AdministratorAccess';

const iamActions: [name: string, parameters: Record<string, string>][] = [
  ['CreateUser', { UserName: 'mallory' }],
  ['DeleteUser', { UserName: 'reader' }],
  ['ListUsers', {}],
  ['GetUser', { UserName: 'alice' }],
  ['CreateAccessKey', { UserName: 'alice' }],
  ['ListAccessKeys', { UserName: 'alice' }],
  ['PutUserPolicy', { UserName: 'nobody', PolicyName: 'p', PolicyDocument: ALLOW_ALL }],
  ['AttachUserPolicy', { UserName: 'nobody', PolicyArn: ADMINISTRATOR }],
  ['DeleteUserPermissionsBoundary', { UserName: 'bounded' }],
  ['CreateRole', { RoleName: 'mine', AssumeRolePolicyDocument: TRUST }],
  ['DeleteRole', { RoleName: 'operator' }],
  ['GetRole', { RoleName: 'operator' }],
  ['PutRolePolicy', { RoleName: 'operator', PolicyName: 'p', PolicyDocument: ALLOW_ALL }],
  ['AttachRolePolicy', { RoleName: 'operator', PolicyArn: ADMINISTRATOR }],
  ['UpdateAssumeRolePolicy', { RoleName: 'operator', PolicyDocument: TRUST }],
  ['CreatePolicy', { PolicyName: 'mine', PolicyDocument: ALLOW_ALL }],
  ['CreateGroup', { GroupName: 'mine' }],
];

const row = (what: string, send: SecurityCase['send'], status: number, code: string): SecurityCase => ({
  what,
  send,
  status,
  code,
});
const iam = (person: Person, request: Ask) => signedBy(person, request, { service: 'iam' });
const sts = (person: Person, request: Ask) => signedBy(person, request, { service: 'sts' });
const assume = (role: string, account = '111111111111') =>
  action('AssumeRole', { RoleArn: `arn:aws:iam::${account}:role/${role}`, RoleSessionName: 'session' });
const admin = (name: string): Ask => ({
  method: 'POST',
  url: `/_holdfast/api/${name}`,
  headers: { 'content-type': 'application/json' },
  body: '{}',
});

export const identityCases: SecurityCase[] = [
  ...iamActions.map(([name, parameters]) =>
    row(`no policy: iam:${name}`, iam('nobody', action(name, parameters)), 403, 'AccessDenied'),
  ),
  row(
    'a boundary lifted by its bearer',
    iam('bounded', action('DeleteUserPermissionsBoundary', { UserName: 'bounded' })),
    403,
    'AccessDenied',
  ),
  row(
    'a session policy left by iam:CreateUser',
    iam('narrow', action('CreateUser', { UserName: 'mallory' })),
    403,
    'AccessDenied',
  ),
  row(
    'a user of another account is not found',
    iam('bob', action('DeleteUser', { UserName: 'reader' })),
    404,
    'NoSuchEntity',
  ),
  row(
    'a role of another account is not found',
    iam('bob', action('UpdateAssumeRolePolicy', { RoleName: 'operator', PolicyDocument: TRUST })),
    404,
    'NoSuchEntity',
  ),
  row(
    'IAM without a signature',
    (world) => ask(world, action('ListUsers')),
    403,
    'MissingAuthenticationToken',
  ),
  row(
    'IAM with a wrong secret',
    (world) =>
      signedBy('alice', action('ListUsers'), {
        service: 'iam',
        credentials: { ...world.keys.alice, secretAccessKey: 'x' },
      })(world),
    403,
    'SignatureDoesNotMatch',
  ),
  row('IAM with a disabled key', iam('disabled', action('ListUsers')), 403, 'InvalidClientTokenId'),
  row('IAM with the key of a deleted user', iam('deleted', action('ListUsers')), 403, 'InvalidClientTokenId'),
  row(
    'IAM with an old request',
    (world) =>
      signedBy('alice', action('CreateUser', { UserName: 'late' }), {
        service: 'iam',
        now: world.clock.now() - 16 * 60_000,
      })(world),
    403,
    'SignatureDoesNotMatch',
  ),
  row('AssumeRole without a policy', sts('nobody', assume('operator')), 403, 'AccessDenied'),
  row('AssumeRole from another account', sts('bob', assume('operator')), 403, 'AccessDenied'),
  row('AssumeRole by another account’s root', sts('rootB', assume('operator')), 403, 'AccessDenied'),
  row('AssumeRole of a role for a service', sts('alice', assume('replicator')), 403, 'AccessDenied'),
  row('AssumeRole of no role', sts('alice', assume('no-such-role')), 403, 'AccessDenied'),
  row('AssumeRole past a session policy', sts('narrow', assume('operator')), 403, 'AccessDenied'),
  row('AssumeRole by root', sts('rootA', assume('operator')), 403, 'AccessDenied'),
  row(
    'STS without a signature',
    (world) => ask(world, action('GetCallerIdentity')),
    403,
    'MissingAuthenticationToken',
  ),
  row('an IAM signature shown to STS', iam('alice', action('GetCallerIdentity')), 400, 'InvalidAction'),
  row(
    'a session without its token',
    (world) =>
      signedBy(
        'session',
        { url: '/alpha-private/secret.txt' },
        { credentials: withoutToken(world.keys.session) },
      )(world),
    403,
    'InvalidAccessKeyId',
  ),
  row(
    'a session with the token of another',
    (world) =>
      signedBy(
        'session',
        { url: '/alpha-private/secret.txt' },
        { credentials: { ...world.keys.session, sessionToken: world.keys.narrow.sessionToken ?? '' } },
      )(world),
    400,
    'InvalidToken',
  ),
  row(
    'a narrow session with the wide one’s token',
    (world) =>
      signedBy(
        'narrow',
        { url: '/alpha-private/secret.txt' },
        { credentials: { ...world.keys.narrow, sessionToken: world.keys.session.sessionToken ?? '' } },
      )(world),
    400,
    'InvalidToken',
  ),
  row(
    'a token that was altered',
    (world) =>
      signedBy(
        'session',
        { url: '/alpha-private/secret.txt' },
        {
          credentials: {
            ...world.keys.session,
            sessionToken: altered(world.keys.session.sessionToken ?? ''),
          },
        },
      )(world),
    400,
    'InvalidToken',
  ),
  row(
    'a token that is none',
    (world) =>
      signedBy(
        'session',
        { url: '/alpha-private/secret.txt' },
        { credentials: { ...world.keys.session, sessionToken: 'token' } },
      )(world),
    400,
    'InvalidToken',
  ),
  row(
    'a long-term key with a token',
    (world) =>
      signedBy(
        'nobody',
        { url: '/alpha-private/secret.txt' },
        { credentials: { ...world.keys.nobody, sessionToken: world.keys.session.sessionToken ?? '' } },
      )(world),
    400,
    'InvalidToken',
  ),
  row(
    'a token changed after signing',
    (world) =>
      withHeader(
        'x-amz-security-token',
        world.keys.narrow.sessionToken,
      )(signedBy('session', { url: '/alpha-private/secret.txt' })(world)),
    400,
    'InvalidToken',
  ),
  row(
    'the token left unsigned',
    signedBy('session', { url: '/alpha-private/secret.txt' }, { unsigned: ['x-amz-security-token'] }),
    403,
    'AccessDenied',
  ),
  row(
    'a session of STS with a wrong token',
    (world) =>
      signedBy('session', action('GetCallerIdentity'), {
        service: 'sts',
        credentials: { ...world.keys.session, sessionToken: 'x' },
      })(world),
    403,
    'InvalidClientTokenId',
  ),
  row('the admin API without a signature', (world) => ask(world, admin('ListAccounts')), 403, 'AccessDenied'),
  row(
    'the admin API: no policy',
    signedBy('nobody', admin('ListAccounts'), { service: 'holdfast' }),
    403,
    'AccessDenied',
  ),
  row(
    'the admin API: another account’s root',
    signedBy('rootB', admin('CreateAccount'), { service: 'holdfast' }),
    403,
    'AccessDenied',
  ),
  row(
    'the admin API: the master key for another account',
    signedBy('bob', admin('ExportMasterKey'), { service: 'holdfast' }),
    403,
    'AccessDenied',
  ),
  row(
    'the admin API: the master key for a reader',
    signedBy('reader', admin('ExportMasterKey'), { service: 'holdfast' }),
    403,
    'AccessDenied',
  ),
  row(
    'the admin API: signed for S3',
    signedBy('alice', admin('ExportMasterKey')),
    400,
    'AuthorizationHeaderMalformed',
  ),
  row(
    'the admin API: an unsigned body',
    signedBy('rootA', admin('CreateAccount'), { service: 'holdfast', payload: 'UNSIGNED-PAYLOAD' }),
    400,
    'InvalidRequest',
  ),
  row(
    'S3 Control without a signature',
    (world) =>
      ask(world, {
        url: '/v20180820/configuration/publicAccessBlock',
        headers: { 'x-amz-account-id': '111111111111' },
      }),
    403,
    'AccessDenied',
  ),
  row(
    'S3 Control with the account changed',
    changed(
      signedBy('bob', {
        url: '/v20180820/configuration/publicAccessBlock',
        headers: { 'x-amz-account-id': '222222222222' },
      }),
      withHeader('x-amz-account-id', '111111111111'),
    ),
    403,
    'SignatureDoesNotMatch',
  ),
  row(
    'S3 Control with the account left unsigned',
    signedBy(
      'bob',
      { url: '/v20180820/configuration/publicAccessBlock', headers: { 'x-amz-account-id': '111111111111' } },
      { unsigned: ['x-amz-account-id'] },
    ),
    403,
    'AccessDenied',
  ),
];

function withoutToken({ accessKeyId, secretAccessKey }: { accessKeyId: string; secretAccessKey: string }) {
  return { accessKeyId, secretAccessKey };
}

function altered(token: string): string {
  const at = Math.floor(token.length / 2);
  return `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
}
