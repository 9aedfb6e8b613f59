import { type Ask, ask, md5Base64, type SecurityCase, signedBy } from './case.ts';
import type { Person } from './people.ts';
import type { World } from './world.ts';

// Well signed, but not allowed.

const OBJECT = '/alpha-private/secret.txt';
const TAGS = '<Tagging><TagSet><Tag><Key>x</Key><Value>y</Value></Tag></TagSet></Tagging>';
const DELETE_LIST = '<Delete><Object><Key>secret.txt</Key></Object></Delete>';
const REPLICATION =
  '<ReplicationConfiguration><Role>arn:aws:iam::111111111111:role/replicator</Role><Rule><Status>Enabled</Status><Priority>1</Priority><Filter/><DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication><Destination><Bucket>arn:aws:s3:::beta-private</Bucket></Destination></Rule></ReplicationConfiguration>';
const POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { AWS: '222222222222' },
      Action: 's3:*',
      Resource: 'arn:aws:s3:::alpha-private/*',
    },
  ],
});
const ENABLED = '<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>';
const BLOCK =
  '<PublicAccessBlockConfiguration><BlockPublicAcls>false</BlockPublicAcls></PublicAccessBlockConfiguration>';
const OWNERSHIP =
  '<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>';
const COMPLETION =
  '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"d41d8cd98f00b204e9800998ecf8427e"</ETag></Part></CompleteMultipartUpload>';

const put = (url: string, body: string): Ask => ({
  method: 'PUT',
  url,
  body,
  headers: { 'content-md5': md5Base64(body) },
});

/** Every action on alpha-private that could read or change something. */
const onAlpha: [action: string, request: (world: World) => Ask][] = [
  ['GetObject', () => ({ url: OBJECT })],
  ['HeadObject', () => ({ method: 'HEAD', url: OBJECT })],
  ['GetObject of a range', () => ({ url: OBJECT, headers: { range: 'bytes=0-3' } })],
  ['GetObject of a version', ({ versionId }) => ({ url: `${OBJECT}?versionId=${versionId}` })],
  ['GetObject of no key', () => ({ url: '/alpha-private/no-such-key' })],
  [
    'GetObjectAttributes',
    () => ({ url: `${OBJECT}?attributes`, headers: { 'x-amz-object-attributes': 'ETag' } }),
  ],
  ['GetObjectTagging', () => ({ url: `${OBJECT}?tagging` })],
  ['GetObjectAcl', () => ({ url: `${OBJECT}?acl` })],
  ['PutObject', () => ({ method: 'PUT', url: OBJECT, body: 'changed' })],
  ['PutObject of a new key', () => ({ method: 'PUT', url: '/alpha-private/new.txt', body: 'new' })],
  ['PutObjectTagging', () => put(`${OBJECT}?tagging`, TAGS)],
  ['DeleteObject', () => ({ method: 'DELETE', url: OBJECT })],
  [
    'DeleteObject of a version',
    ({ versionId }) => ({ method: 'DELETE', url: `${OBJECT}?versionId=${versionId}` }),
  ],
  ['DeleteObjectTagging', () => ({ method: 'DELETE', url: `${OBJECT}?tagging` })],
  ['CreateMultipartUpload', () => ({ method: 'POST', url: `${OBJECT}?uploads` })],
  [
    'UploadPart',
    ({ uploadId }) => ({
      method: 'PUT',
      url: `/alpha-private/large.bin?partNumber=1&uploadId=${uploadId}`,
      body: 'part',
    }),
  ],
  [
    'CompleteMultipartUpload',
    ({ uploadId }) => ({
      method: 'POST',
      url: `/alpha-private/large.bin?uploadId=${uploadId}`,
      body: COMPLETION,
    }),
  ],
  [
    'AbortMultipartUpload',
    ({ uploadId }) => ({ method: 'DELETE', url: `/alpha-private/large.bin?uploadId=${uploadId}` }),
  ],
  ['ListParts', ({ uploadId }) => ({ url: `/alpha-private/large.bin?uploadId=${uploadId}` })],
  ['ListMultipartUploads', () => ({ url: '/alpha-private?uploads' })],
  ['ListObjects', () => ({ url: '/alpha-private' })],
  ['ListObjectsV2', () => ({ url: '/alpha-private?list-type=2' })],
  ['ListObjectVersions', () => ({ url: '/alpha-private?versions' })],
  ['HeadBucket', () => ({ method: 'HEAD', url: '/alpha-private' })],
  ['GetBucketVersioning', () => ({ url: '/alpha-private?versioning' })],
  ['PutBucketVersioning', () => put('/alpha-private?versioning', ENABLED)],
  ['GetBucketPolicy', () => ({ url: '/alpha-private?policy' })],
  ['PutBucketPolicy', () => put('/alpha-private?policy', POLICY)],
  ['DeleteBucketPolicy', () => ({ method: 'DELETE', url: '/alpha-private?policy' })],
  ['GetBucketReplication', () => ({ url: '/alpha-private?replication' })],
  ['PutBucketReplication', () => put('/alpha-private?replication', REPLICATION)],
  ['DeleteBucketReplication', () => ({ method: 'DELETE', url: '/alpha-private?replication' })],
  ['GetBucketTagging', () => ({ url: '/alpha-private?tagging' })],
  ['PutBucketTagging', () => put('/alpha-private?tagging', TAGS)],
  ['GetBucketEncryption', () => ({ url: '/alpha-private?encryption' })],
  ['GetBucketAcl', () => ({ url: '/alpha-private?acl' })],
  ['PutPublicAccessBlock', () => put('/alpha-private?publicAccessBlock', BLOCK)],
  ['DeletePublicAccessBlock', () => ({ method: 'DELETE', url: '/alpha-private?publicAccessBlock' })],
  ['PutBucketOwnershipControls', () => put('/alpha-private?ownershipControls', OWNERSHIP)],
  ['DeleteBucket', () => ({ method: 'DELETE', url: '/alpha-private' })],
];

const everyAction = (person: Person, why: string): SecurityCase[] =>
  onAlpha.map(([name, request]) => ({
    what: `${why}: ${name}`,
    send: (world) => signedBy(person, request(world))(world),
    status: 403,
    code: name.startsWith('Head') ? undefined : 'AccessDenied',
  }));

/** DeleteObjects answers for each key by itself. */
export const deniedInside: { readonly what: string; readonly person: Person }[] = [
  { what: 'no policy: DeleteObjects', person: 'nobody' },
  { what: 'another account: DeleteObjects', person: 'bob' },
  { what: 'an explicit deny: DeleteObjects', person: 'denied' },
];
export const deleteObjects: Ask = {
  method: 'POST',
  url: '/alpha-private?delete',
  body: DELETE_LIST,
  headers: { 'content-md5': md5Base64(DELETE_LIST) },
};

const one = (
  what: string,
  person: Person,
  request: Ask,
  code: string | undefined = 'AccessDenied',
  status = 403,
): SecurityCase => ({
  what,
  send: signedBy(person, request),
  status,
  code,
});

export const permissionCases: SecurityCase[] = [
  ...everyAction('nobody', 'no policy'),
  ...everyAction('bob', 'another account'),
  ...everyAction('denied', 'an explicit deny'),
  one('another account’s root: GetObject', 'rootB', { url: OBJECT }),
  one('another account’s root: DeleteBucket', 'rootB', { method: 'DELETE', url: '/alpha-private' }),
  one('a permissions boundary: GetObject', 'bounded', { url: OBJECT }),
  one('a permissions boundary: PutObject', 'bounded', { method: 'PUT', url: OBJECT, body: 'x' }),
  one('a session policy: GetObject elsewhere', 'narrow', { url: OBJECT }),
  one('a session policy: ListObjects', 'narrow', { url: '/alpha-private' }),
  one('no policy: ListBuckets', 'nobody', { url: '/' }),
  one('no policy: CreateBucket', 'nobody', { method: 'PUT', url: '/nobodys-bucket' }),
  one('a prefix policy: the key beside the prefix', 'reader', { url: '/alpha-private/folder' }),
  one('a prefix policy: a longer prefix', 'reader', { url: '/alpha-private/folder2/inner.txt' }),
  one('a prefix policy: DeleteObject inside', 'reader', {
    method: 'DELETE',
    url: '/alpha-private/folder/inner.txt',
  }),
  one('a prefix policy: PutObject with tags', 'reader', {
    method: 'PUT',
    url: '/alpha-private/folder/new.txt',
    body: 'x',
    headers: { 'x-amz-tagging': 'a=b' },
  }),
  one('a bucket policy for B: another key', 'bob', { url: '/alpha-shared/secret.txt' }),
  one('a bucket policy for B: PutObject', 'bob', {
    method: 'PUT',
    url: '/alpha-shared/for-b/file.txt',
    body: 'x',
    headers: { 'x-amz-storage-class': 'STANDARD' },
  }),
  one('a bucket policy for B: ListObjects', 'bob', { url: '/alpha-shared' }),
  one('a bucket policy’s deny: its own administrator', 'alice', { url: '/alpha-shared/locked/file.txt' }),
  one('a bucket policy’s deny: the owner’s root', 'rootA', { url: '/alpha-shared/locked/file.txt' }),
  one('a bucket policy’s deny: a session', 'session', { url: '/alpha-shared/locked/file.txt' }),
  one('a bucket policy’s deny of one user', 'alice', { method: 'DELETE', url: '/alpha-shared/secret.txt' }),
  one('a bucket policy’s deny by condition', 'alice', {
    method: 'PUT',
    url: '/alpha-shared/new.txt',
    body: 'x',
    headers: { 'x-amz-storage-class': 'GLACIER' },
  }),
  one('the wrong expected owner', 'alice', {
    url: OBJECT,
    headers: { 'x-amz-expected-bucket-owner': '222222222222' },
  }),
  one('the wrong expected owner, writing', 'alice', {
    method: 'PUT',
    url: OBJECT,
    body: 'x',
    headers: { 'x-amz-expected-bucket-owner': '222222222222' },
  }),
  one(
    'a bucket name of another account',
    'bob',
    { method: 'PUT', url: '/alpha-private' },
    'BucketAlreadyExists',
    409,
  ),
  one(
    'replication with a role that one may not pass',
    'keeper',
    put('/alpha-private?replication', REPLICATION),
  ),
  one('replication with a role of another account', 'bob', put('/beta-private?replication', REPLICATION)),
  {
    what: 'a bucket policy for everybody: anonymous at another key',
    send: (world) => ask(world, { url: '/alpha-shared/secret.txt' }),
    status: 403,
    code: 'AccessDenied',
  },
  {
    what: 'a bucket policy for everybody: anonymous writing',
    send: (world) => ask(world, { method: 'PUT', url: '/alpha-shared/public/file.txt', body: 'x' }),
    status: 403,
    code: 'AccessDenied',
  },
];
