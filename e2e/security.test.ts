import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RawRequest } from '../src/testing/raw-signing.ts';
import { ask, presignedBy, type SecurityCase, signedBy } from './security/case.ts';
import { controlCases } from './security/control-cases.ts';
import {
  everyControlOperation,
  everyIdentityOperation,
  everyS3Operation,
  type NamedAsk,
} from './security/every-operation.ts';
import { fingerprint } from './security/fingerprint.ts';
import { identityCases } from './security/identity-cases.ts';
import { jsonCases } from './security/json-cases.ts';
import { pathCases } from './security/path-cases.ts';
import { chunkCases, digestCases } from './security/payload-cases.ts';
import { deleteObjects, deniedInside, permissionCases } from './security/permission-cases.ts';
import { presignedCases } from './security/presigned-cases.ts';
import { anonymousCases, signatureCases, timeCases } from './security/signature-cases.ts';
import { tamperingCases } from './security/tampering-cases.ts';
import { startWorld, type World } from './security/world.ts';

// Nobody gets in: each row is one request that must be refused with AWS's code and status, tell nothing of what it
// asked for, and change nothing.

const tables: Record<string, readonly SecurityCase[]> = {
  'no signature': anonymousCases,
  'wrong signatures': signatureCases,
  'wrong times': timeCases,
  tampering: tamperingCases,
  'presigned URLs': presignedCases,
  'chunked bodies': chunkCases,
  'digests of bodies': digestCases,
  permissions: permissionCases,
  'identity and administration': identityCases,
  'S3 Control': controlCases,
  'JSON services': jsonCases,
  paths: pathCases,
};

let world: World;
let before: string;

beforeAll(async () => {
  world = await startWorld();
  before = await fingerprint(world);
});
afterAll(() => world[Symbol.asyncDispose]());

describe.each(Object.entries(tables))('%s', (_name, cases) => {
  it.each(cases)('$what', async ({ send, status, code }) => {
    const answer = await world.send(send(world));
    expect(answer).toMatchObject({ status, code });
    expect(answer.body).not.toContain('content of');
    expect(await fingerprint(world)).toBe(before);
  });
});

it('counts more than a hundred rows', () => {
  expect(Object.values(tables).flat().length).toBeGreaterThan(100);
});

describe('every operation of the models', () => {
  const strangers: [who: string, send: (ask: NamedAsk) => (here: World) => RawRequest, asks: NamedAsk[]][] = [
    [
      'anonymous',
      ({ request }) =>
        (here) =>
          ask(here, request(here)),
      [...everyS3Operation, ...everyControlOperation, ...everyIdentityOperation],
    ],
    [
      'a user without a policy',
      ({ request, service }) =>
        (here) =>
          signedBy('nobody', request(here), { service })(here),
      [...everyS3Operation, ...everyControlOperation, ...everyIdentityOperation],
    ],
    [
      'an administrator of another account',
      ({ request, service }) =>
        (here) =>
          signedBy('bob', request(here), { service })(here),
      [...everyS3Operation, ...everyControlOperation],
    ],
  ];
  it.each(strangers)('refuses %s', async (_who, send, asks) => {
    for (const one of asks) {
      const { status, body } = await world.send(send(one)(world));
      expect(`${one.name} ${status < 400 || status === 500 ? body : 'refused'}`).toBe(`${one.name} refused`);
      expect(body).not.toContain('content of');
    }
    expect(await fingerprint(world)).toBe(before);
  });
});

describe('answers that refuse inside', () => {
  it.each(deniedInside)('$what', async ({ person }) => {
    const answer = await world.send(signedBy(person, deleteObjects)(world));
    expect(answer).toMatchObject({ status: 200, code: 'AccessDenied' });
    expect(answer.body).not.toContain('<Deleted>');
    expect(await fingerprint(world)).toBe(before);
  });
});

describe('what is allowed passes', () => {
  const SECRET = { url: '/alpha-private/secret.txt' };
  const allowed: [what: string, send: SecurityCase['send']][] = [
    ['the administrator', signedBy('alice', SECRET)],
    ['the owner’s root', signedBy('rootA', SECRET)],
    ['a session', signedBy('session', SECRET)],
    ['a presigned URL', presignedBy('alice', SECRET)],
    ['a presigned URL of a session', presignedBy('session', SECRET)],
    ['a prefix policy', signedBy('reader', { url: '/alpha-private/folder/inner.txt' })],
    ['a session policy', signedBy('narrow', { url: '/alpha-private/folder/inner.txt' })],
    ['a bucket policy for another account', signedBy('bob', { url: '/alpha-shared/for-b/file.txt' })],
    [
      'a bucket policy for everybody',
      (here) => ({ method: 'GET', url: '/alpha-shared/public/file.txt', headers: { host: here.host } }),
    ],
    [
      'virtual-host style',
      (here) =>
        signedBy('alice', { url: '/secret.txt', headers: { host: `alpha-private.${here.host}` } })(here),
    ],
    ['an unsigned payload', signedBy('alice', SECRET, { payload: 'UNSIGNED-PAYLOAD' })],
  ];
  it.each(allowed)('%s', async (_what, send) => {
    const answer = await world.send(send(world));
    expect(answer).toMatchObject({ status: 200, code: undefined });
    expect(answer.body).toContain('content of');
  });
});

describe('as time passes', () => {
  const SECRET = { url: '/alpha-private/secret.txt' };

  it('an identical request passes within fifteen minutes and no longer', async () => {
    const request = signedBy('alice', SECRET)(world);
    expect(await world.send(request)).toMatchObject({ status: 200 });
    world.clock.forward(14 * 60_000);
    expect(await world.send(request)).toMatchObject({ status: 200 });
    world.clock.forward(61_000 + 60_000);
    expect(await world.send(request)).toMatchObject({ status: 403, code: 'RequestTimeTooSkewed' });
  });

  it('a presigned URL passes until it expires', async () => {
    const request = presignedBy('alice', SECRET, { expiresSeconds: 3600 })(world);
    world.clock.forward(59 * 60_000);
    expect(await world.send(request)).toMatchObject({ status: 200 });
    world.clock.forward(2 * 60_000);
    expect(await world.send(request)).toMatchObject({ status: 403, code: 'AccessDenied' });
  });

  it('a session ends', async () => {
    expect(await world.send(signedBy('session', SECRET)(world))).toMatchObject({
      status: 400,
      code: 'ExpiredToken',
    });
    expect(await world.send(presignedBy('session', SECRET)(world))).toMatchObject({ code: 'ExpiredToken' });
    const { secretAccessKey, sessionToken = '' } = world.keys.session;
    const credentials = { accessKeyId: sessionToken, secretAccessKey };
    expect(await world.send(signedBy('session', SECRET, { credentials })(world))).toMatchObject({
      status: 403,
      code: 'InvalidAccessKeyId',
    });
  });
});

describe('repeated headers', () => {
  const rows: [name: string, first: string, second: string][] = [
    ['x-amz-meta-owner', 'alice', 'mallory'],
    ['x-amz-date', '', '20200101T000000Z'],
    ['x-amz-content-sha256', '', 'UNSIGNED-PAYLOAD'],
    ['if-none-match', '"a"', '"b"'],
    ['host', 'localhost:1', ''],
    ['content-length', '1', ''],
  ];
  it.each(rows)('%s twice, once not as signed', async (name, first, second) => {
    const signed = signedBy('alice', {
      method: 'PUT',
      url: '/alpha-private/twice.txt',
      headers: { 'x-amz-meta-owner': 'alice', 'if-none-match': '"a"' },
      body: 'twice',
    })(world);
    const now = signed.headers[name] ?? '5';
    const lines = Object.entries({ ...signed.headers, 'content-length': '5' }).flatMap(([key, value]) =>
      key === name ? [`${key}: ${first || now}`, `${key}: ${second || now}`] : [`${key}: ${value}`],
    );
    const answer = await world.sendText(`PUT ${signed.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\ntwice`);
    expect(answer).toMatch(/^HTTP\/1\.1 40[03] /);
    expect(await world.send(signedBy('alice', { url: '/alpha-private/twice.txt' })(world))).toMatchObject({
      status: 404,
    });
  });
});

it('headers that a presigned URL carries in its query are obeyed', async () => {
  const url = '/beta-private/hoisted.txt?x-amz-meta-from=a%20query&x-amz-storage-class=GLACIER';
  const upload = presignedBy('bob', { method: 'PUT', url })(world);
  expect(await world.send({ ...upload, body: 'hoisted' })).toMatchObject({ status: 200 });
  const { headers } = await world.send(
    signedBy('bob', { method: 'HEAD', url: '/beta-private/hoisted.txt' })(world),
  );
  expect(headers).toMatchObject({ 'x-amz-meta-from': 'a query', 'x-amz-storage-class': 'GLACIER' });
});
