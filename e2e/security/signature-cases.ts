import type { RawRequest } from '../../src/testing/raw-signing.ts';
import {
  action,
  ask,
  MINUTE_MS,
  type SecurityCase,
  signedBy,
  changed,
  withAuthorization,
  withBody,
  withHeader,
  withMethod,
  withUrl,
} from './case.ts';
import type { World } from './world.ts';

// No signature, a wrong one, one for something else, one of another time.

const SECRET = { url: '/alpha-private/secret.txt' };
const PUT = { method: 'PUT', url: '/alpha-private/secret.txt', body: 'changed' };
const get = signedBy('alice', SECRET);
const put = signedBy('alice', PUT);

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

export const tamperingCases: SecurityCase[] = [
  header('GET sent as DELETE', changed(get, withMethod('DELETE')), 403, 'SignatureDoesNotMatch'),
  header('GET sent as PUT', changed(get, withMethod('PUT')), 403, 'SignatureDoesNotMatch'),
  header(
    'another key',
    changed(get, withUrl('secret.txt', 'folder/inner.txt')),
    403,
    'SignatureDoesNotMatch',
  ),
  header(
    'another bucket',
    changed(get, withUrl('alpha-private', 'alpha-shared')),
    403,
    'SignatureDoesNotMatch',
  ),
  header('a query added', changed(get, withUrl(/$/, '?tagging')), 403, 'SignatureDoesNotMatch'),
  header(
    'a version id added',
    (world) => withUrl(/$/, `?versionId=${world.versionId}`)(get(world)),
    403,
    'SignatureDoesNotMatch',
  ),
  header(
    'a query removed',
    changed(
      signedBy('alice', { method: 'DELETE', url: '/alpha-private/secret.txt?tagging' }),
      withUrl('?tagging', ''),
    ),
    403,
    'SignatureDoesNotMatch',
  ),
  header(
    'a query value changed',
    changed(
      signedBy('alice', { url: '/alpha-private?list-type=2&prefix=folder' }),
      withUrl('prefix=folder', 'prefix='),
    ),
    403,
    'SignatureDoesNotMatch',
  ),
  header(
    'a response header override added',
    changed(get, withUrl(/$/, '?response-content-type=text/html')),
    403,
    'SignatureDoesNotMatch',
  ),
  header(
    'another host',
    changed(get, withHeader('host', 'alpha-shared.localhost')),
    403,
    'SignatureDoesNotMatch',
  ),
  header('another port', changed(get, withHeader('host', 'localhost:1')), 403, 'SignatureDoesNotMatch'),
  header(
    'a signed header changed',
    changed(
      signedBy('alice', { ...PUT, headers: { 'x-amz-meta-owner': 'alice' } }),
      withHeader('x-amz-meta-owner', 'mallory'),
    ),
    403,
    'SignatureDoesNotMatch',
  ),
  header(
    'a signed header removed',
    changed(
      signedBy('alice', { ...PUT, headers: { 'if-none-match': '*' } }),
      withHeader('if-none-match', undefined),
    ),
    403,
    'SignatureDoesNotMatch',
  ),
  header(
    'an x-amz- header added',
    changed(put, withHeader('x-amz-storage-class', 'GLACIER')),
    403,
    'AccessDenied',
  ),
  header(
    'a copy source added',
    changed(
      signedBy('alice', { method: 'PUT', url: '/alpha-shared/taken.txt' }),
      withHeader('x-amz-copy-source', '/alpha-private/secret.txt'),
    ),
    403,
    'AccessDenied',
  ),
  header(
    'a bypass of governance added',
    changed(
      signedBy('alice', { method: 'DELETE', url: '/alpha-private/secret.txt' }),
      withHeader('x-amz-bypass-governance-retention', 'true'),
    ),
    403,
    'AccessDenied',
  ),
  header('the host left unsigned', signedBy('alice', SECRET, { unsigned: ['host'] }), 403, 'AccessDenied'),
  header(
    'a metadata header left unsigned',
    signedBy('alice', { ...PUT, headers: { 'x-amz-meta-a': 'b' } }, { unsigned: ['x-amz-meta-a'] }),
    403,
    'AccessDenied',
  ),
  header('the body changed', changed(put, withBody('another')), 400, 'XAmzContentSHA256Mismatch'),
  header(
    'the body and its hash changed',
    changed(put, (request) =>
      withHeader('x-amz-content-sha256', 'a'.repeat(64))(withBody('another')(request)),
    ),
    403,
    'SignatureDoesNotMatch',
  ),
  header(
    'the hash replaced by UNSIGNED-PAYLOAD',
    changed(put, (request) =>
      withHeader('x-amz-content-sha256', 'UNSIGNED-PAYLOAD')(withBody('another')(request)),
    ),
    403,
    'SignatureDoesNotMatch',
  ),
  header(
    'an IAM body changed',
    changed(
      signedBy('alice', action('GetUser', { UserName: 'reader' }), { service: 'iam' }),
      withBody(String(action('DeleteUser', { UserName: 'reader' }).body)),
    ),
    403,
    'SignatureDoesNotMatch',
  ),
  header(
    'an S3 signature shown to IAM',
    signedBy('alice', action('ListUsers'), { service: 's3' }),
    405,
    'MethodNotAllowed',
  ),
];
