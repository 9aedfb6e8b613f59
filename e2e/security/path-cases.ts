import { ask, changed, presignedBy, type SecurityCase, signedBy, withUrl } from './case.ts';

// Paths that mean one thing to a careless reader and another to a careful one. The reader may see
// alpha-private/folder/* and nothing else.

const reads = (url: string) => signedBy('reader', { url });
const row = (what: string, send: SecurityCase['send'], status: number, code: string): SecurityCase => ({
  what,
  send,
  status,
  code,
});

export const pathCases: SecurityCase[] = [
  row(
    'a dot segment out of what is allowed',
    reads('/alpha-private/folder/../secret.txt'),
    403,
    'AccessDenied',
  ),
  row(
    'an encoded dot segment',
    changed(reads('/alpha-private/folder/../secret.txt'), withUrl('..', '%2e%2e')),
    403,
    'AccessDenied',
  ),
  row('a double slash before the key', reads('/alpha-private//secret.txt'), 403, 'AccessDenied'),
  row(
    'a bucket left by a dot segment',
    signedBy('bob', { url: '/beta-private/../alpha-private/secret.txt' }),
    404,
    'NoSuchKey',
  ),
  row(
    'a bucket entered by a dot segment',
    signedBy('bob', { url: '/../alpha-private/secret.txt' }),
    400,
    'InvalidBucketName',
  ),
  row('an empty bucket', signedBy('bob', { url: '//alpha-private/secret.txt' }), 400, 'InvalidBucketName'),
  row(
    'a bucket with an encoded slash',
    signedBy('bob', { url: '/alpha-private%2Fsecret.txt' }),
    400,
    'InvalidBucketName',
  ),
  row(
    'an encoded slash after signing',
    changed(reads('/alpha-private/folder/inner.txt'), withUrl('folder/', 'folder%2F')),
    403,
    'SignatureDoesNotMatch',
  ),
  row('an upper-case bucket', signedBy('bob', { url: '/ALPHA-PRIVATE/secret.txt' }), 404, 'NoSuchBucket'),
  row('a null byte after the key', reads('/alpha-private/secret.txt%00folder/'), 403, 'AccessDenied'),
  row('a key encoded twice', reads('/alpha-private/folder%252F..%252Fsecret.txt'), 403, 'AccessDenied'),
  row('a path that is not UTF-8', reads('/alpha-private/%FFsecret.txt'), 400, 'InvalidURI'),
  row(
    'the bucket in the host, another in the path',
    (world) =>
      signedBy('bob', { url: '/beta-private/secret.txt', headers: { host: `alpha-private.${world.host}` } })(
        world,
      ),
    403,
    'AccessDenied',
  ),
  row(
    'another account’s bucket in the host',
    (world) =>
      signedBy('bob', { url: '/secret.txt', headers: { host: `alpha-private.${world.host}` } })(world),
    403,
    'AccessDenied',
  ),
  row(
    'a copy out of another account’s bucket',
    signedBy('bob', {
      method: 'PUT',
      url: '/beta-private/stolen.txt',
      headers: { 'x-amz-copy-source': '/alpha-private/secret.txt' },
    }),
    403,
    'AccessDenied',
  ),
  row(
    'a copy by a dot segment',
    signedBy('bob', {
      method: 'PUT',
      url: '/beta-private/stolen.txt',
      headers: { 'x-amz-copy-source': '/beta-private/../alpha-private/secret.txt' },
    }),
    404,
    'NoSuchKey',
  ),
  row(
    'a copy of a version',
    (world) =>
      signedBy('bob', {
        method: 'PUT',
        url: '/beta-private/stolen.txt',
        headers: { 'x-amz-copy-source': `/alpha-private/secret.txt?versionId=${world.versionId}` },
      })(world),
    403,
    'AccessDenied',
  ),
  row(
    'a copy past what is allowed',
    signedBy('reader', {
      method: 'PUT',
      url: '/alpha-private/folder/copy.txt',
      headers: { 'x-amz-copy-source': '/alpha-private/secret.txt' },
    }),
    403,
    'AccessDenied',
  ),
  row(
    'a copy whose source stands in a presigned URL',
    presignedBy('bob', {
      method: 'PUT',
      url: '/beta-private/stolen.txt?x-amz-copy-source=%2Falpha-private%2Fsecret.txt',
    }),
    403,
    'AccessDenied',
  ),
  row(
    'a copy source that contradicts its presigned URL',
    changed(
      presignedBy('bob', {
        method: 'PUT',
        url: '/beta-private/stolen.txt?x-amz-copy-source=%2Fbeta-private%2Fsecret.txt',
      }),
      withUrl('beta-private%2Fsecret', 'alpha-private%2Fsecret'),
    ),
    403,
    'SignatureDoesNotMatch',
  ),
  row(
    'a line break in a header of a presigned URL',
    presignedBy('bob', { method: 'PUT', url: '/beta-private/broken.txt?x-amz-meta-a=b%0D%0Ac' }),
    400,
    'InvalidURI',
  ),
  row(
    'a form of a browser',
    (world) =>
      ask(world, {
        method: 'POST',
        url: '/alpha-private',
        headers: { 'content-type': 'multipart/form-data; boundary=x' },
        body: '--x\r\nContent-Disposition: form-data; name="key"\r\n\r\nform.txt\r\n--x--\r\n',
      }),
    501,
    'NotImplemented',
  ),
];
