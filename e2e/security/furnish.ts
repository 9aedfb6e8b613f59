import { type RawCredentials, type RawRequest, signRequest } from '../../src/testing/raw-signing.ts';
import { type Ask, action, md5Base64 } from './case.ts';
import { control, createJobXml } from './control-cases.ts';
import { ACCOUNT_A, ACCOUNT_B, type Answer, type MovableClock, type Person } from './people.ts';

/** What the cases try to reach. */
export interface Furniture {
  readonly keys: Readonly<Record<Person, RawCredentials>>;
  /** Of alpha-private/secret.txt. */
  readonly versionId: string;
  /** An upload of alpha-private/large.bin that is under way. */
  readonly uploadId: string;
  /** A job of A that nobody runs. */
  readonly jobId: string;
}

/** What it takes to send a request. */
export interface Reach {
  readonly host: string;
  readonly clock: MovableClock;
  readonly send: (request: RawRequest) => Promise<Answer>;
}

interface Bare extends Reach {
  readonly roots: { readonly rootA: RawCredentials; readonly rootB: RawCredentials };
}

const policy = (...statements: object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });
const ALLOW_ALL = policy({ Effect: 'Allow', Action: '*', Resource: '*' });
const READER = policy({
  Effect: 'Allow',
  Action: ['s3:GetObject', 's3:PutObject'],
  Resource: 'arn:aws:s3:::alpha-private/folder/*',
});
const ALLOW_S3 = policy({ Effect: 'Allow', Action: 's3:*', Resource: '*' });
const DENIED = policy(
  { Effect: 'Allow', Action: '*', Resource: '*' },
  {
    Effect: 'Deny',
    Action: ['s3:Get*', 's3:Put*', 's3:Delete*', 's3:List*', 's3:AbortMultipartUpload'],
    Resource: ['arn:aws:s3:::alpha-private', 'arn:aws:s3:::alpha-private/*'],
  },
);
const LIST_USERS_ONLY = policy({ Effect: 'Allow', Action: 'iam:ListUsers', Resource: '*' });
const TRUST_A = policy({
  Effect: 'Allow',
  Principal: { AWS: `arn:aws:iam::${ACCOUNT_A}:root` },
  Action: 'sts:AssumeRole',
});
const TRUST_S3 = policy({
  Effect: 'Allow',
  Principal: { Service: 's3.amazonaws.com' },
  Action: 'sts:AssumeRole',
});
/** alpha-shared: B may read for-b/*, everybody public/*; nobody may read locked/*, alice may not delete. */
const SHARED = policy(
  {
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${ACCOUNT_B}:root` },
    Action: 's3:GetObject',
    Resource: 'arn:aws:s3:::alpha-shared/for-b/*',
  },
  { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::alpha-shared/public/*' },
  { Effect: 'Deny', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::alpha-shared/locked/*' },
  {
    Effect: 'Deny',
    Principal: { AWS: `arn:aws:iam::${ACCOUNT_A}:user/alice` },
    Action: 's3:DeleteObject',
    Resource: 'arn:aws:s3:::alpha-shared/*',
  },
  {
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:PutObject',
    Resource: 'arn:aws:s3:::alpha-shared/*',
    Condition: { StringNotEquals: { 's3:x-amz-storage-class': 'STANDARD' } },
  },
);

export async function furnish(bare: Bare): Promise<Furniture> {
  const call = caller(bare);
  const { rootA, rootB } = bare.roots;
  const user = async (root: RawCredentials, name: string, document?: string): Promise<RawCredentials> => {
    await call(root, action('CreateUser', { UserName: name }), 'iam');
    if (document !== undefined) {
      await call(
        root,
        action('PutUserPolicy', { UserName: name, PolicyName: 'own', PolicyDocument: document }),
        'iam',
      );
    }
    return keyOf(await call(root, action('CreateAccessKey', { UserName: name }), 'iam'));
  };
  const alice = await user(rootA, 'alice', ALLOW_ALL);
  const bob = await user(rootB, 'bob', ALLOW_ALL);
  const nobody = await user(rootA, 'nobody');
  const reader = await user(rootA, 'reader', READER);
  const keeper = await user(rootA, 'keeper', ALLOW_S3);
  const denied = await user(rootA, 'denied', DENIED);
  const disabled = await user(rootA, 'disabled', ALLOW_ALL);
  await call(
    rootA,
    action('UpdateAccessKey', {
      UserName: 'disabled',
      AccessKeyId: disabled.accessKeyId,
      Status: 'Inactive',
    }),
    'iam',
  );
  const deleted = await user(rootA, 'deleted', ALLOW_ALL);
  for (const step of [
    action('DeleteAccessKey', { UserName: 'deleted', AccessKeyId: deleted.accessKeyId }),
    action('DeleteUserPolicy', { UserName: 'deleted', PolicyName: 'own' }),
    action('DeleteUser', { UserName: 'deleted' }),
  ]) {
    await call(rootA, step, 'iam');
  }
  const bounded = await user(rootA, 'bounded', ALLOW_ALL);
  const boundary = await call(
    rootA,
    action('CreatePolicy', { PolicyName: 'boundary', PolicyDocument: LIST_USERS_ONLY }),
    'iam',
  );
  await call(
    rootA,
    action('PutUserPermissionsBoundary', {
      UserName: 'bounded',
      PermissionsBoundary: element(boundary, 'Arn'),
    }),
    'iam',
  );
  const sessions = await roles(call, alice, rootA);
  const objects = await buckets(call, alice, bob);
  const tags = '<Tags><member><Key>team</Key><Value>alpha</Value></member></Tags>';
  const job = await call(alice, control('POST', '', ACCOUNT_A, createJobXml({ token: 'furniture', tags })));
  const keys = {
    rootA,
    rootB,
    alice,
    bob,
    nobody,
    reader,
    keeper,
    denied,
    bounded,
    disabled,
    deleted,
    ...sessions,
  };
  return { keys, ...objects, jobId: element(job, 'JobId') };
}

type Call = (credentials: RawCredentials, request: Ask, service?: string) => Promise<Answer>;

/** Signs and sends; a refusal is a fault of the set-up. */
export function caller({ host, clock, send }: Reach): Call {
  return async (credentials, { method = 'GET', url, headers = {}, body }, service = 's3') => {
    const request = { method, url, headers: { host, ...headers }, ...(body === undefined ? {} : { body }) };
    const answer = await send(signRequest(request, { credentials, now: clock.now(), service }));
    if (answer.status >= 300)
      throw new Error(`${method} ${url} ${String(body)}: ${answer.status} ${answer.body}`);
    return answer;
  };
}

async function roles(call: Call, alice: RawCredentials, rootA: RawCredentials) {
  for (const [name, trust] of [
    ['operator', TRUST_A],
    ['replicator', TRUST_S3],
  ] as const) {
    await call(rootA, action('CreateRole', { RoleName: name, AssumeRolePolicyDocument: trust }), 'iam');
    await call(
      rootA,
      action('PutRolePolicy', { RoleName: name, PolicyName: 'own', PolicyDocument: ALLOW_ALL }),
      'iam',
    );
  }
  const assume = async (name: string, more: Record<string, string> = {}) =>
    keyOf(
      await call(
        alice,
        action('AssumeRole', {
          RoleArn: `arn:aws:iam::${ACCOUNT_A}:role/operator`,
          RoleSessionName: name,
          ...more,
        }),
        'sts',
      ),
    );
  return { session: await assume('all'), narrow: await assume('narrow', { Policy: READER }) };
}

async function buckets(call: Call, alice: RawCredentials, bob: RawCredentials) {
  const put = (credentials: RawCredentials, url: string, body = `content of ${url}`) =>
    call(credentials, { method: 'PUT', url, body, headers: { 'content-md5': md5Base64(body) } });
  const enabled = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>';
  for (const [owner, name] of [
    [alice, 'alpha-private'],
    [alice, 'alpha-shared'],
    [bob, 'beta-private'],
  ] as const) {
    await put(owner, `/${name}`, '');
    await put(owner, `/${name}?versioning`, enabled);
  }
  const secret = await put(alice, '/alpha-private/secret.txt');
  await put(alice, '/alpha-private/folder/inner.txt');
  await put(
    alice,
    '/alpha-private/secret.txt?tagging',
    '<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>',
  );
  await put(bob, '/beta-private/secret.txt');
  for (const key of ['secret.txt', 'for-b/file.txt', 'public/file.txt', 'locked/file.txt']) {
    await put(alice, `/alpha-shared/${key}`);
  }
  await put(
    alice,
    '/alpha-shared?publicAccessBlock',
    `<PublicAccessBlockConfiguration>${['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'].map((name) => `<${name}>false</${name}>`).join('')}</PublicAccessBlockConfiguration>`,
  );
  await put(alice, '/alpha-shared?policy', SHARED);
  const upload = await call(alice, { method: 'POST', url: '/alpha-private/large.bin?uploads' });
  return {
    versionId: String(secret.headers['x-amz-version-id']),
    uploadId: element(upload, 'UploadId'),
  };
}

export function element({ body }: Answer, name: string): string {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(body)?.[1] ?? '';
}

export function keyOf(answer: Answer): RawCredentials {
  const sessionToken = element(answer, 'SessionToken');
  return {
    accessKeyId: element(answer, 'AccessKeyId'),
    secretAccessKey: element(answer, 'SecretAccessKey'),
    ...(sessionToken === '' ? {} : { sessionToken }),
  };
}
