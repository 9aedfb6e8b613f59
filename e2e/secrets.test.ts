import { inspect } from 'node:util';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { putInlinePolicy } from '../src/identity/inline-policies.ts';
import { createRole } from '../src/identity/roles.ts';
import type { LogFields, Logger } from '../src/lib/logger.ts';
import {
  presignRequest,
  type RawCredentials,
  type RawRequest,
  signRequest,
} from '../src/testing/raw-signing.ts';
import { ruleTo } from '../src/testing/replication-fixture.ts';
import { ReplicationWorld } from './replication-world.ts';

/** Invariant I8: no log line and no answer that refuses holds a secret, a token, a signature or bytes of an object. */
const MARKER = 'bytes-that-are-nobodys-business';
const LARGE = Buffer.from(MARKER.repeat(60_000));
// The key of openMemorySite.
const MASTER_KEY = Buffer.alloc(32, 7);

let world: ReplicationWorld;
let host: string;
const lines: { message: string; text: string }[] = [];
const refusals: { code: string; text: string }[] = [];
const secrets = new Set<string>([MARKER, MASTER_KEY.toString('base64'), MASTER_KEY.toString('hex')]);
const tokens = new Set<string>();
const signatures = new Set<string>();

const note = (fields: LogFields, message: string) => {
  // oxlint-disable-next-line typescript/no-base-to-string -- inspect shows all that a serialiser could
  lines.push({ message, text: inspect(fields, { depth: 12, maxStringLength: null, maxArrayLength: null }) });
};
const capturing: Logger = {
  debug: note,
  info: note,
  warn: note,
  error: note,
  flush: () => Promise.resolve(),
};

beforeAll(async () => {
  world = await ReplicationWorld.start(capturing);
  host = `127.0.0.1:${world.test.port}`;
  secrets.add(world.test.owner.secretAccessKey).add(world.partner.secretAccessKey);
});
// Faults were made on purpose here: what the world checks at its end would find them.
afterAll(async () => {
  world.test.faults.splice(0);
  await world[Symbol.asyncDispose]();
});

/** Sends it, and keeps what a refusal says. */
async function send({ method, url, headers, body }: RawRequest): Promise<{ status: number; text: string }> {
  const { host: _host, ...rest } = headers;
  const answer = await fetch(`${world.test.endpoint}${url}`, {
    method,
    headers: rest,
    ...(body !== undefined && { body: typeof body === 'string' ? body : new Uint8Array(body) }),
  });
  const text = await answer.text();
  if (answer.status >= 400) {
    const code = /<Code>([^<]*)<|"code":"([^"]*)"/.exec(text);
    const all = inspect([...answer.headers], { maxStringLength: null, maxArrayLength: null });
    refusals.push({ code: code?.[1] ?? code?.[2] ?? '', text: `${text}\n${all}` });
  }
  return { status: answer.status, text };
}

function signed(
  credentials: RawCredentials,
  method: string,
  url: string,
  more: { body?: string; headers?: Record<string, string>; service?: string } = {},
) {
  const { body, headers = {}, service = 's3' } = more;
  const request = { method, url, headers: { host, ...headers }, ...(body !== undefined && { body }) };
  const result = signRequest(request, { credentials, now: Date.now(), service });
  signatures.add(result.signature);
  return result;
}

function presigned(credentials: RawCredentials, method: string, url: string, expiresSeconds = 60) {
  const result = presignRequest(
    { method, url, headers: { host } },
    { credentials, now: Date.now(), expiresSeconds },
  );
  signatures.add(/X-Amz-Signature=([0-9a-f]+)/.exec(result.url)?.[1] ?? '');
  return result;
}

/** As the admin API and IAM show a new key once, to whoever made it. */
function keyIn(answer: string): RawCredentials {
  const { accessKey } = JSON.parse(answer) as { accessKey: RawCredentials };
  secrets.add(accessKey.secretAccessKey);
  return accessKey;
}

async function session(): Promise<RawCredentials> {
  const { account } = world.test.owner;
  const Statement = [{ Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' }];
  const trustPolicy = JSON.stringify({ Version: '2012-10-17', Statement });
  await createRole(world.test.site.identity, account, { roleName: 'worker', trustPolicy });
  const reads = [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }];
  const policy = JSON.stringify({ Version: '2012-10-17', Statement: reads });
  await putInlinePolicy(world.test.site.identity, 'role', account, 'worker', 'reads', policy);
  const user = await world.user('caller', 'arn:aws:iam::aws:policy/AdministratorAccess');
  secrets.add(user.secretAccessKey);
  const { Credentials } = await world.test
    .sts(user)
    .send(new AssumeRoleCommand({ RoleArn: world.roleArn('worker'), RoleSessionName: 'session' }));
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
  secrets.add(SecretAccessKey);
  tokens.add(SessionToken);
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

it('uploads, small, large and in parts', async () => {
  await world.put('source', 'small', { Body: MARKER });
  await world.put('source', 'large', { Body: LARGE });
  const on = { Bucket: 'source', Key: 'parts' };
  const client = world.s3('source');
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(on));
  const part = { ...on, UploadId, PartNumber: 1 };
  const { ETag } = await client.send(new UploadPartCommand({ ...part, Body: LARGE }));
  const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
  await client.send(new CompleteMultipartUploadCommand({ ...on, UploadId, MultipartUpload }));
  expect(await world.text('source', 'small')).toBe(MARKER);
});

it('signatures that fail, in headers and in the query', async () => {
  const { owner } = world.test;
  const wrong = { ...owner, secretAccessKey: `${owner.secretAccessKey.slice(0, -1)}!` };
  const right = signed(owner, 'PUT', '/source/key', { body: MARKER });
  const headers = {
    ...right.headers,
    authorization: (right.headers['authorization'] ?? '').replace(
      /Signature=.*/,
      `Signature=${'0'.repeat(64)}`,
    ),
  };
  expect((await send({ ...right, headers })).text).toContain('SignatureDoesNotMatch');
  expect((await send(signed(wrong, 'GET', '/source/small'))).status).toBe(403);
  expect((await send(presigned(wrong, 'GET', '/source/small'))).status).toBe(403);
  expect(
    (await send(presigned({ ...owner, accessKeyId: 'AKIANOBODY' }, 'GET', '/source/small'))).status,
  ).toBe(403);
  const iam = { body: 'Action=ListUsers&Version=2010-05-08', service: 'iam' };
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  expect((await send(signed(wrong, 'POST', '/', { ...iam, headers: form }))).status).toBe(403);
  expect(
    (await send(signed(wrong, 'POST', '/_holdfast/api/GetStatus', { body: '{}', service: 'holdfast' })))
      .status,
  ).toBe(403);
});

it('presigned URLs that work, and that are over', async () => {
  const { owner } = world.test;
  expect((await send(presigned(owner, 'GET', '/source/small'))).text).toBe(MARKER);
  expect((await send(presigned(owner, 'GET', '/source/none'))).status).toBe(404);
  const old = presignRequest(
    { method: 'GET', url: '/source/small', headers: { host } },
    { credentials: owner, now: Date.now() - 3_600_000, expiresSeconds: 60 },
  );
  signatures.add(/X-Amz-Signature=([0-9a-f]+)/.exec(old.url)?.[1] ?? '');
  expect((await send(old)).status).toBe(403);
});

it('sessions, with their token and with another', async () => {
  const keys = await session();
  expect((await send(signed(keys, 'GET', '/source/small'))).text).toBe(MARKER);
  expect((await send(presigned(keys, 'GET', '/source/small'))).text).toBe(MARKER);
  expect((await send(signed(keys, 'PUT', '/source/refused', { body: MARKER }))).status).toBe(403);
  const sessionToken = `${(keys.sessionToken ?? '').slice(0, -8)}AAAAAAAA`;
  expect((await send(signed({ ...keys, sessionToken }, 'GET', '/source/small'))).status).toBe(400);
  const { accessKeyId, secretAccessKey } = keys;
  expect((await send(signed({ accessKeyId, secretAccessKey }, 'GET', '/source/small'))).status).toBe(403);
});

it('bodies that are refused', async () => {
  const { owner } = world.test;
  const refused = async (url: string, headers: Record<string, string> = {}, method = 'PUT') =>
    (await send(signed(owner, method, url, { body: MARKER, headers }))).status;
  expect(await refused('/source/key', { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' })).toBe(400);
  expect(await refused('/source/key', { 'x-amz-checksum-crc32': 'AAAAAA==' })).toBe(400);
  expect(await refused('/source?replication')).toBe(400);
  expect(await refused('/source?policy')).toBe(400);
  expect(await refused('/source?delete', {}, 'POST')).toBe(400);
  expect(await refused('/nowhere/key')).toBe(404);
});

it('keys made through the admin API and through IAM', async () => {
  const { owner } = world.test;
  const call = (name: string, input: object) =>
    send(
      signed(owner, 'POST', `/_holdfast/api/${name}`, { body: JSON.stringify(input), service: 'holdfast' }),
    );
  const made = keyIn((await call('CreateAccount', { name: 'third' })).text);
  const rotated = keyIn((await call('RotateRootAccessKey', { accessKeyId: made.accessKeyId })).text);
  expect((await send(signed(made, 'GET', '/'))).status).toBe(403);
  expect((await send(signed(rotated, 'GET', '/'))).status).toBe(200);
  expect((await call('CreateAccount', { name: 'third', secret: rotated.secretAccessKey })).status).toBe(400);
  expect((await call('RotateRootAccessKey', { accessKeyId: 'AKIANOBODY' })).status).toBe(400);
});

it('faults of ours and replication that fails', async () => {
  await world.bucket('theirs', { keys: world.partner });
  await world.replicate('source', ruleTo('theirs'));
  await world.put('source', 'unwelcome', { Body: MARKER });
  await world.failed('source', 'unwelcome');
  const blobs = world.test.site.disks.regions.get('us-east-1')?.blobs;
  if (blobs === undefined) throw new Error('no such region');
  blobs.refuses = { reads: true, writes: true };
  const { owner } = world.test;
  const body = LARGE.toString();
  expect((await send(signed(owner, 'PUT', '/source/fault', { body }))).status).toBeGreaterThanOrEqual(500);
  await send(signed(owner, 'GET', '/source/large')).catch(() => undefined);
  await send(presigned(owner, 'GET', '/source/large')).catch(() => undefined);
  blobs.refuses = { reads: false, writes: false };
});

it('nothing of it is in the log', () => {
  const messages = new Set(lines.map(({ message }) => message));
  expect(messages).toContain('request');
  expect(messages).toContain('replication failed');
  expect(world.test.faults.length).toBeGreaterThan(0);
  expect(lines.length).toBeGreaterThan(40);
  const all = lines.map(({ text }) => text).join('\n');
  for (const secret of [...secrets, ...tokens, ...signatures]) {
    expect(secret.length).toBeGreaterThan(15);
    expect(all).not.toContain(secret);
    expect(all).not.toContain(encodeURIComponent(secret));
  }
  expect(all).not.toMatch(/X-Amz-(Signature|Credential|Security-Token)|AWS4-HMAC|authorization/i);
});

it('nor in an answer that refuses, but for what AWS shows whoever signed wrong', () => {
  const codes = new Set(refusals.map(({ code }) => code));
  for (const code of ['SignatureDoesNotMatch', 'AccessDenied', 'BadDigest', 'InvalidToken', 'NoSuchBucket']) {
    expect(codes).toContain(code);
  }
  for (const { code, text } of refusals) {
    const mine = /<SignatureProvided>([^<]*)</.exec(text)?.[1];
    for (const secret of secrets) expect(text).not.toContain(secret);
    for (const signature of signatures) if (signature !== mine) expect(text).not.toContain(signature);
    if (code !== 'SignatureDoesNotMatch') {
      for (const token of tokens) expect(text).not.toContain(token);
    }
  }
});
