import type { RawRequest } from '../../src/testing/raw-signing.ts';
import {
  ask,
  changed,
  MINUTE_MS,
  type SecurityCase,
  signedBy,
  withAuthorization,
  withHeader,
} from './case.ts';
import type { World } from './world.ts';

// No signature, a wrong one, one for something else, one of another time.

const SECRET = { url: '/alpha-private/secret.txt' };
const PUT = { method: 'PUT', url: '/alpha-private/secret.txt', body: 'changed' };
const get = signedBy('alice', SECRET);

const anonymous =
  (method: string, url: string, body?: string) =>
  (world: World): RawRequest =>
    ask(world, { method, url, ...(body === undefined ? {} : { body }) });

const wrongSecret = (world: World) => ({ ...world.keys.alice, secretAccessKey: 'wrong' });

export const anonymousCases: SecurityCase[] = [
  ['GET', '/alpha-private/secret.txt'],
  ['GET', '/alpha-private/no-such-key'],
  ['PUT', '/alpha-private/secret.txt'],
  ['DELETE', '/alpha-private/secret.txt'],
  ['GET', '/alpha-private'],
  ['GET', '/alpha-private?versions'],
  ['GET', '/alpha-private?policy'],
  ['GET', '/alpha-private?replication'],
  ['GET', '/alpha-private/secret.txt?tagging'],
  ['DELETE', '/alpha-private'],
  ['PUT', '/anonymous-bucket'],
  // None has the document that it needs: who may not ask is not told.
  ['PUT', '/alpha-private?versioning'],
  ['PUT', '/alpha-private?replication'],
  ['PUT', '/alpha-private?policy'],
  ['PUT', '/alpha-private?tagging'],
  ['POST', '/alpha-private/large.bin?uploadId=x'],
  ['POST', '/alpha-private?delete'],
  ['POST', '/v20180820/jobs'],
  ['GET', '/'],
].map(([method = '', url = '']) => ({
  what: `anonymous ${method} ${url}`,
  send: anonymous(method, url),
  status: 403,
  code: 'AccessDenied',
}));

const header = (what: string, send: SecurityCase['send'], status: number, code: string): SecurityCase => ({
  what,
  send,
  status,
  code,
});

export const signatureCases: SecurityCase[] = [
  header(
    'a wrong secret',
    (world) => signedBy('alice', SECRET, { credentials: wrongSecret(world) })(world),
    403,
    'SignatureDoesNotMatch',
  ),
  header(
    'a wrong secret, writing',
    (world) => signedBy('alice', PUT, { credentials: wrongSecret(world) })(world),
    403,
    'SignatureDoesNotMatch',
  ),
  header(
    "bob's secret under alice's key",
    (world) =>
      signedBy('alice', SECRET, {
        credentials: {
          accessKeyId: world.keys.alice.accessKeyId,
          secretAccessKey: world.keys.bob.secretAccessKey,
        },
      })(world),
    403,
    'SignatureDoesNotMatch',
  ),
  header(
    "alice's signature under bob's key",
    (world) => withAuthorization(world.keys.alice.accessKeyId, world.keys.bob.accessKeyId)(get(world)),
    403,
    'SignatureDoesNotMatch',
  ),
  header(
    'one digit of the signature changed',
    changed(get, (request) =>
      withAuthorization(/.$/, request.headers['authorization']?.endsWith('0') ? '1' : '0')(request),
    ),
    403,
    'SignatureDoesNotMatch',
  ),
  header('the signature cut short', changed(get, withAuthorization(/.$/, '')), 403, 'SignatureDoesNotMatch'),
  header(
    'no signature in the header',
    changed(get, withAuthorization(/, Signature=.*/, '')),
    400,
    'AuthorizationHeaderMalformed',
  ),
  header(
    'no credential in the header',
    changed(get, withAuthorization(/Credential=[^,]*, /, '')),
    400,
    'AuthorizationHeaderMalformed',
  ),
  header(
    'no signed headers',
    changed(get, withAuthorization(/SignedHeaders=[^,]*, /, '')),
    400,
    'AuthorizationHeaderMalformed',
  ),
  header(
    'an unknown access key',
    (world) =>
      signedBy('alice', SECRET, {
        credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x' },
      })(world),
    403,
    'InvalidAccessKeyId',
  ),
  header('a disabled access key', signedBy('disabled', SECRET), 403, 'InvalidAccessKeyId'),
  header('the key of a deleted user', signedBy('deleted', SECRET), 403, 'InvalidAccessKeyId'),
  header(
    'scoped to a region that is not the bucket’s',
    signedBy('alice', SECRET, { region: 'ap-south-1' }),
    301,
    'PermanentRedirect',
  ),
  header(
    'scoped to a region that does not exist',
    signedBy('alice', SECRET, { region: 'mars-north-1' }),
    400,
    'AuthorizationHeaderMalformed',
  ),
  header(
    'writing, scoped to another region',
    signedBy('alice', PUT, { region: 'ap-south-1' }),
    301,
    'PermanentRedirect',
  ),
  header(
    'a list of buckets, scoped to a region that does not exist',
    signedBy('alice', { url: '/' }, { region: 'mars-north-1' }),
    400,
    'AuthorizationHeaderMalformed',
  ),
  header(
    'a new bucket, scoped to a region that does not exist',
    signedBy('alice', { method: 'PUT', url: '/bucket-on-mars' }, { region: 'mars-north-1' }),
    400,
    'AuthorizationHeaderMalformed',
  ),
  header(
    'scoped to no region',
    signedBy('alice', SECRET, { region: '' }),
    400,
    'AuthorizationHeaderMalformed',
  ),
  header(
    'region changed after signing',
    changed(get, withAuthorization('us-east-1', 'ap-south-1')),
    403,
    'SignatureDoesNotMatch',
  ),
  header(
    'scoped to another service',
    signedBy('alice', SECRET, { service: 'ec2' }),
    400,
    'AuthorizationHeaderMalformed',
  ),
  header(
    'scope of another day',
    changed(get, withAuthorization(/\/\d{8}\//, '/20200101/')),
    400,
    'AuthorizationHeaderMalformed',
  ),
  header(
    'another terminator',
    changed(get, withAuthorization('aws4_request', 'aws4_reques')),
    400,
    'AuthorizationHeaderMalformed',
  ),
  header(
    'signature version 2',
    (world) =>
      withHeader(
        'authorization',
        `AWS ${world.keys.alice.accessKeyId}:c2lnbmF0dXJlAAAAAAAAAAAAAAA=`,
      )(ask(world, SECRET)),
    400,
    'InvalidRequest',
  ),
  header(
    'signature version 4A',
    changed(get, withAuthorization('AWS4-HMAC-SHA256', 'AWS4-ECDSA-P256-SHA256')),
    501,
    'NotImplemented',
  ),
  header(
    'basic authorization',
    (world) => withHeader('authorization', 'Basic YWxpY2U6c2VjcmV0')(ask(world, SECRET)),
    400,
    'InvalidArgument',
  ),
  header(
    'a bearer token',
    (world) => withHeader('authorization', 'Bearer abc')(ask(world, SECRET)),
    400,
    'InvalidArgument',
  ),
];

export const timeCases: SecurityCase[] = [
  header(
    'signed 16 minutes ago',
    (world) => signedBy('alice', SECRET, { now: world.clock.now() - 16 * MINUTE_MS })(world),
    403,
    'RequestTimeTooSkewed',
  ),
  header(
    'signed 16 minutes ahead',
    (world) => signedBy('alice', SECRET, { now: world.clock.now() + 16 * MINUTE_MS })(world),
    403,
    'RequestTimeTooSkewed',
  ),
  header(
    'a write signed a day ago',
    (world) => signedBy('alice', PUT, { now: world.clock.now() - 24 * 60 * MINUTE_MS })(world),
    403,
    'RequestTimeTooSkewed',
  ),
  header(
    'an old request with a new date',
    (world) =>
      withHeader(
        'x-amz-date',
        get(world).headers['x-amz-date'],
      )(signedBy('alice', SECRET, { now: world.clock.now() - 16 * MINUTE_MS })(world)),
    403,
    'SignatureDoesNotMatch',
  ),
  header('no date', changed(get, withHeader('x-amz-date', undefined)), 403, 'AccessDenied'),
  header('a date that is none', changed(get, withHeader('x-amz-date', 'now')), 403, 'AccessDenied'),
];
