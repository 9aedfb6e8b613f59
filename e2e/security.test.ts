import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SecurityCase, signedBy, presignedBy } from './security/case.ts';
import { fingerprint } from './security/fingerprint.ts';
import { identityCases } from './security/identity-cases.ts';
import { pathCases } from './security/path-cases.ts';
import { chunkCases, digestCases } from './security/payload-cases.ts';
import { deleteObjects, deniedInside, permissionCases } from './security/permission-cases.ts';
import { presignedCases } from './security/presigned-cases.ts';
import { anonymousCases, signatureCases, tamperingCases, timeCases } from './security/signature-cases.ts';
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
  });
});
