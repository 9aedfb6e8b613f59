import { amzDateOf } from '../../src/testing/raw-signing.ts';
import {
  ask,
  changed,
  MINUTE_MS,
  presignedBy,
  type SecurityCase,
  signedBy,
  withBody,
  withHeader,
  withMethod,
  withUrl,
} from './case.ts';

// URLs that carry their signature, used late, elsewhere or otherwise.

const SECRET = { url: '/alpha-private/secret.txt' };
const url = presignedBy('alice', SECRET);
const upload = presignedBy('alice', { method: 'PUT', url: '/alpha-private/secret.txt' });

const row = (what: string, send: SecurityCase['send'], status: number, code: string): SecurityCase => ({
  what: `a presigned URL ${what}`,
  send,
  status,
  code,
});

const ago =
  (milliseconds: number, expiresSeconds: number): SecurityCase['send'] =>
  (world) =>
    presignedBy('alice', SECRET, { now: world.clock.now() - milliseconds, expiresSeconds })(world);

const QUERY = 'AuthorizationQueryParametersError';

export const presignedCases: SecurityCase[] = [
  row('a second after its expiry', ago(61_000, 60), 403, 'AccessDenied'),
  row('eight days old', ago(8 * 24 * 60 * MINUTE_MS, 604_800), 403, 'AccessDenied'),
  row('of the day after tomorrow', ago(-48 * 60 * MINUTE_MS, 604_800), 403, 'AccessDenied'),
  row('for eight days', ago(0, 8 * 24 * 3600), 400, QUERY),
  row('for a negative time', ago(0, -1), 400, QUERY),
  row(
    'prolonged after signing',
    changed(url, withUrl('Expires=300', 'Expires=3000')),
    403,
    'SignatureDoesNotMatch',
  ),
  row(
    'with a later date',
    (world) =>
      withUrl(/X-Amz-Date=\w+/, `X-Amz-Date=${amzDateOf(world.clock.now() + MINUTE_MS)}`)(url(world)),
    403,
    'SignatureDoesNotMatch',
  ),
  row(
    'used with PUT',
    changed(url, (request) => withBody('changed')(withMethod('PUT')(request))),
    403,
    'SignatureDoesNotMatch',
  ),
  row('used with DELETE', changed(url, withMethod('DELETE')), 403, 'SignatureDoesNotMatch'),
  row(
    'used for another key',
    changed(url, withUrl('secret.txt', 'folder/inner.txt')),
    403,
    'SignatureDoesNotMatch',
  ),
  row(
    'used for another bucket',
    changed(url, withUrl('/alpha-private', '/alpha-shared')),
    403,
    'SignatureDoesNotMatch',
  ),
  row(
    'used at another host',
    changed(url, withHeader('host', 'alpha-shared.localhost')),
    403,
    'SignatureDoesNotMatch',
  ),
  row('with a query added', changed(url, withUrl(/$/, '&tagging')), 403, 'SignatureDoesNotMatch'),
  row('with a query put in front', changed(url, withUrl('?', '?acl&')), 403, 'SignatureDoesNotMatch'),
  row(
    'with an x-amz- header added',
    changed(upload, (request) => withHeader('x-amz-acl', 'public-read')(withBody('changed')(request))),
    403,
    'AccessDenied',
  ),
  row(
    'with a signed header changed',
    changed(
      presignedBy('alice', {
        method: 'PUT',
        url: '/alpha-private/secret.txt',
        headers: { 'content-type': 'text/plain' },
      }),
      (request) => withHeader('content-type', 'text/html')(withBody('x')(request)),
    ),
    403,
    'SignatureDoesNotMatch',
  ),
  row(
    'with a content hash that the body has not',
    presignedBy(
      'alice',
      {
        method: 'PUT',
        url: '/alpha-private/secret.txt',
        headers: { 'x-amz-content-sha256': 'a'.repeat(64) },
        body: 'changed',
      },
      { payload: 'a'.repeat(64) },
    ),
    400,
    'XAmzContentSHA256Mismatch',
  ),
  row('without its signature', changed(url, withUrl(/&X-Amz-Signature=.*/, '')), 400, QUERY),
  row('without its expiry', changed(url, withUrl(/&X-Amz-Expires=\d+/, '')), 400, QUERY),
  row('without its signed headers', changed(url, withUrl(/&X-Amz-SignedHeaders=[^&]*/, '')), 400, QUERY),
  row(
    'with the signature of another',
    (world) =>
      withUrl(
        /X-Amz-Signature=.*/,
        `X-Amz-Signature=${presignedBy('bob', SECRET)(world).url.split('X-Amz-Signature=')[1] ?? ''}`,
      )(url(world)),
    403,
    'SignatureDoesNotMatch',
  ),
  row('with a parameter twice', changed(url, withUrl(/$/, '&X-Amz-Expires=604800')), 400, QUERY),
  row(
    'scoped to another region',
    presignedBy('alice', SECRET, { region: 'ap-south-1' }),
    301,
    'PermanentRedirect',
  ),
  row('scoped to another service', presignedBy('alice', SECRET, { service: 'ec2' }), 400, QUERY),
  row('of a disabled key', presignedBy('disabled', SECRET), 403, 'InvalidAccessKeyId'),
  row('of a deleted user', presignedBy('deleted', SECRET), 403, 'InvalidAccessKeyId'),
  row('of somebody who may not', presignedBy('nobody', SECRET), 403, 'AccessDenied'),
  row('of another account', presignedBy('bob', SECRET), 403, 'AccessDenied'),
  row(
    'together with an Authorization header',
    (world) => ({ ...signedBy('alice', SECRET)(world), url: url(world).url }),
    400,
    'InvalidArgument',
  ),
  row(
    'of signature version 2',
    (world) =>
      ask(world, {
        url: `/alpha-private/secret.txt?AWSAccessKeyId=${world.keys.alice.accessKeyId}&Expires=4102444800&Signature=abc%3D`,
      }),
    400,
    'InvalidRequest',
  ),
  row(
    'whose session token was left out',
    (world) => withUrl(/&X-Amz-Security-Token=[^&]*/, '')(presignedBy('session', SECRET)(world)),
    403,
    'InvalidAccessKeyId',
  ),
];
