import {
  action,
  changed,
  type SecurityCase,
  signedBy,
  withBody,
  withHeader,
  withMethod,
  withUrl,
} from './case.ts';

// A request that was well signed, then changed on its way.

const SECRET = { url: '/alpha-private/secret.txt' };
const PUT = { method: 'PUT', url: '/alpha-private/secret.txt', body: 'changed' };
const get = signedBy('alice', SECRET);
const put = signedBy('alice', PUT);

const header = (what: string, send: SecurityCase['send'], status: number, code: string): SecurityCase => ({
  what,
  send,
  status,
  code,
});

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
