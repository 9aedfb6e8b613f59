import { type Ask, ask, changed, type SecurityCase, signedBy, withBody, withHeader } from './case.ts';
import type { Person } from './people.ts';

const row = (what: string, send: SecurityCase['send'], status: number, code: string): SecurityCase => ({
  what,
  send,
  status,
  code,
});
const kms = (name: string): Ask => ({
  method: 'POST',
  url: '/',
  headers: { 'x-amz-target': `TrentService.${name}`, 'content-type': 'application/x-amz-json-1.1' },
  body: '{}',
});
const toKms = (person: Person, options: Parameters<typeof signedBy>[2] = {}) =>
  signedBy(person, kms('ListKeys'), { service: 'kms', ...options });

/** In the words of the JSON services. */
export const jsonCases: SecurityCase[] = [
  row(
    'KMS without a signature',
    (world) => ask(world, kms('ListKeys')),
    400,
    'MissingAuthenticationTokenException',
  ),
  row(
    'KMS with a wrong secret',
    (world) => toKms('alice', { credentials: { ...world.keys.alice, secretAccessKey: 'x' } })(world),
    400,
    'InvalidSignatureException',
  ),
  row(
    'KMS with another operation than signed',
    changed(toKms('alice'), withHeader('x-amz-target', 'TrentService.ScheduleKeyDeletion')),
    400,
    'InvalidSignatureException',
  ),
  row(
    'KMS with the operation left unsigned',
    toKms('alice', { unsigned: ['x-amz-target'] }),
    400,
    'InvalidSignatureException',
  ),
  row(
    'KMS with another body than signed',
    changed(toKms('alice'), withBody('{"Limit":1}')),
    400,
    'InvalidSignatureException',
  ),
  row('KMS with a disabled key', toKms('disabled'), 400, 'UnrecognizedClientException'),
  row(
    'KMS with an old request',
    (world) => toKms('alice', { now: world.clock.now() - 16 * 60_000 })(world),
    400,
    'InvalidSignatureException',
  ),
  row('KMS with a signature for S3', toKms('alice', { service: 's3' }), 405, 'MethodNotAllowed'),
];
