import * as s3 from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { AwsError } from '../errors/aws-error.ts';
import { refusedMethod, Subresources } from './s3-subresources.ts';
import { compileOperations } from './service-model.ts';

const subresources = new Subresources(compileOperations(s3));

function requestOf(method: string, query: string, headers: Record<string, string> = {}) {
  const parsed = new Map([...new URLSearchParams(query)].map(([name, value]) => [name, [value]]));
  return { method, query: parsed, headers };
}

const METHODS = ['HEAD', 'DELETE', 'POST', 'GET', 'PUT', 'PATCH'];

/** What a path answers to each method: its owner's operation, or a refusal. */
function answers(path: 'bucket' | 'key', query: string): Record<string, string> {
  const all: Record<string, string> = {};
  for (const method of METHODS) {
    try {
      all[method] = subresources.ownerOf(requestOf(method, query), path);
    } catch (error) {
      all[method] = refusal(error);
    }
  }
  return all;
}

function refusal(error: unknown): string {
  if (!(error instanceof AwsError)) throw error;
  const { ResourceType: type } = error.fields;
  const { allow } = error.headers;
  return type === undefined || allow === undefined ? error.code : `${error.code} ${type} (${allow})`;
}

/** Its name, type and methods, and what is answered to some of these all the same. */
type Row = [query: string, type: string, allow: string, but?: Record<string, string>];

/** `allow` in AWS's order; all others are refused with the type and that very list. */
function expected(type: string, allow: string, owner: string, but: Record<string, string> = {}) {
  const has = (method: string) => allow.split(', ').includes(method);
  const refused = `MethodNotAllowed ${type} (${allow})`;
  return { ...Object.fromEntries(METHODS.map((method) => [method, has(method) ? owner : refused])), ...but };
}

const NO_KEY = 'InvalidRequest';

describe('on a bucket', () => {
  test.each<Row>([
    ['abac', 'BUCKET_ABAC', 'GET, PUT'],
    ['accelerate', 'ACCELERATE', 'GET, PUT'],
    ['acl', 'ACL', 'GET, PUT'],
    ['analytics', 'ANALYTICS', 'DELETE, GET, PUT'],
    ['cors', 'CORS', 'DELETE, GET, PUT'],
    ['delete', 'MULTI_OBJECT_DELETE', 'POST'],
    ['encryption', 'ENCRYPTION', 'DELETE, GET, PUT'],
    ['intelligent-tiering', 'INTELLIGENT_TIERING', 'DELETE, GET, PUT'],
    ['inventory', 'INVENTORY', 'DELETE, GET, PUT'],
    ['lifecycle', 'LIFECYCLE', 'DELETE, GET, PUT'],
    ['location', 'LOCATION', 'GET'],
    ['logging', 'LOGGING_STATUS', 'GET, PUT'],
    ['metadataAnnotationTable', 'BUCKET_METADATA_ANNOTATION_TABLE_CONFIGURATION', 'PUT'],
    ['metadataConfiguration', 'BUCKET_METADATA_CONFIGURATION', 'DELETE, POST, GET'],
    ['metadataInventoryTable', 'BUCKET_METADATA_INVENTORY_TABLE_CONFIGURATION', 'PUT'],
    ['metadataJournalTable', 'BUCKET_METADATA_JOURNAL_TABLE_CONFIGURATION', 'PUT'],
    ['metadataTable', 'BUCKET_METADATA_TABLE_CONFIGURATION', 'DELETE, POST, GET'],
    ['metrics', 'METRICS', 'DELETE, GET, PUT'],
    ['notification', 'NOTIFICATION', 'GET, PUT'],
    ['object-lock', 'OBJECT_LOCK_CONFIGURATION', 'GET, PUT'],
    ['ownershipControls', 'OWNERSHIP_CONTROLS', 'DELETE, GET, PUT'],
    ['policy', 'BUCKETPOLICY', 'DELETE, GET, PUT'],
    ['policyStatus', 'POLICY_STATUS', 'GET'],
    ['publicAccessBlock', 'PUBLIC_ACCESS_BLOCK', 'DELETE, GET, PUT'],
    ['replication', 'REPLICATION', 'DELETE, GET, PUT'],
    ['requestPayment', 'REQUEST_PAYMENT', 'GET, PUT'],
    ['restore', 'RESTORE', 'POST', { POST: 'UserKeyMustBeSpecified' }],
    ['tagging', 'TAGGING', 'DELETE, GET, PUT'],
    ['torrent', 'TORRENT', 'GET', { GET: 'MethodNotAllowed TORRENT (GET)' }],
    ['uploadId', 'UPLOAD', 'DELETE, POST, GET', { DELETE: NO_KEY, POST: NO_KEY, GET: NO_KEY }],
    ['uploadId=u&partNumber=1', 'PART', 'PUT', { PUT: NO_KEY }],
    ['uploads', 'UPLOADS', 'POST, GET', { POST: NO_KEY }],
    ['versioning', 'VERSIONING', 'GET, PUT'],
    ['versions', 'BUCKETVERSIONS', 'GET'],
    ['website', 'WEBSITE', 'DELETE, GET, PUT'],
  ])('%s', (query, type, allow, but = {}) => {
    expect(answers('bucket', query)).toEqual(expected(type, allow, 'bucket', but));
    expect(answers('bucket', `${query}&prefix=p&x-id=X&list-type=2`)).toEqual(answers('bucket', query));
  });

  test.each([
    '',
    'foo',
    'PART',
    'session',
    'retention',
    'attributes',
    'Policy',
    'list-type=2&prefix=acl',
    'x-id=ListObjects',
  ])('%s is none', (query) => {
    expect(new Set(Object.values(answers('bucket', query)))).toEqual(new Set(['bucket']));
  });

  test('a part number names a part of no object', () => {
    expect(new Set(Object.values(answers('bucket', 'partNumber=1')))).toEqual(new Set(['InvalidRequest']));
  });
});

describe('on a key', () => {
  test.each<Row>([
    ['acl', 'ACL', 'GET, PUT'],
    ['annotation', 'OBJECT_ANNOTATIONS', 'DELETE, GET, PUT'],
    ['attributes', 'OBJECT_ATTRIBUTES', 'GET'],
    ['encryption', 'OBJECT_ENCRYPTION', 'PUT'],
    ['legal-hold', 'OBJECT_LOCK_LEGALHOLD', 'GET, PUT'],
    ['restore', 'RESTORE', 'POST'],
    ['retention', 'OBJECT_LOCK_RETENTION', 'GET, PUT'],
    ['select&select-type=2', 'SELECT', 'POST'],
    ['tagging', 'OBJECT_TAGGING', 'DELETE, GET, PUT'],
    ['torrent', 'TORRENT', 'GET'],
    ['uploadId=u', 'UPLOAD', 'DELETE, POST, GET'],
    ['uploadId=u&partNumber=1', 'PART', 'PUT'],
    ['uploads', 'UPLOADS', 'POST, GET', { GET: 'InvalidRequest' }],
  ])('%s', (query, type, allow, but = {}) => {
    expect(answers('key', query)).toEqual(expected(type, allow, 'key', but));
    expect(answers('key', `${query}&versionId=v&x-id=X&X-Amz-Date=d`)).toEqual(answers('key', query));
  });

  test.each<Row>([
    ['accelerate', 'ACCELERATE', 'GET, PUT'],
    ['cors', 'CORS', 'DELETE, GET, PUT'],
    ['delete', 'MULTI_OBJECT_DELETE', 'POST'],
    ['inventory', 'INVENTORY', 'DELETE, GET, PUT'],
    ['lifecycle', 'LIFECYCLE', 'DELETE, GET, PUT'],
    ['location', 'LOCATION', 'GET'],
    ['logging', 'LOGGING_STATUS', 'GET, PUT', { GET: 'NoLoggingStatusForKey', PUT: 'NoLoggingStatusForKey' }],
    ['notification', 'NOTIFICATION', 'GET, PUT'],
    ['policy', 'BUCKETPOLICY', 'DELETE, GET, PUT'],
    ['replication', 'REPLICATION', 'DELETE, GET, PUT'],
    ['requestPayment', 'REQUEST_PAYMENT', 'GET, PUT'],
    ['versioning', 'VERSIONING', 'GET, PUT'],
    ['versions', 'BUCKETVERSIONS', 'GET', { GET: 'InvalidRequest' }],
    ['website', 'WEBSITE', 'DELETE, GET, PUT'],
  ])("%s is the bucket's", (query, type, allow, but = {}) => {
    expect(answers('key', query)).toEqual(expected(type, allow, 'bucket', but));
  });

  test.each([
    '',
    'partNumber=1',
    'partNumber=1&versionId=v&x-id=GetObject',
    'response-content-type=acl',
    'abac',
    'analytics',
    'intelligent-tiering',
    'metrics',
    'metadataConfiguration',
    'metadataTable',
    'object-lock',
    'ownershipControls',
    'policyStatus',
    'publicAccessBlock',
    'session',
  ])('%s is none', (query) => {
    const put = query.startsWith('partNumber') ? 'InvalidArgument' : 'key';
    const bare = { POST: 'MethodNotAllowed OBJECT (HEAD, DELETE, GET, PUT)' };
    const all = { HEAD: 'key', DELETE: 'key', GET: 'key', PUT: put, PATCH: 'key', ...bare };
    expect(answers('key', query)).toEqual(all);
  });
});

test.each([
  ['bucket', 'versioning&acl', 'acl, versioning'],
  ['bucket', 'delete&acl&website', 'acl, delete, website'],
  ['bucket', 'acl&partNumber=1', 'acl, partNumber'],
  ['bucket', 'uploads&uploadId=u', 'uploadId, uploads'],
  ['key', 'uploads&uploadId=u', 'uploadId, uploads'],
  ['key', 'tagging&location', 'location, tagging'],
  ['key', 'tagging&partNumber=1', 'partNumber, tagging'],
  ['key', 'uploadId=u&partNumber=1&acl', 'acl, partNumber, uploadId'],
] as const)('two on a %s: %s', (path, query, names) => {
  for (const method of METHODS) {
    expect(() => subresources.ownerOf(requestOf(method, query), path)).toThrow(
      expect.objectContaining({
        code: 'InvalidArgument',
        message: `Conflicting query string parameters: ${names}`,
        fields: { ArgumentName: 'ResourceType', ArgumentValue: names.split(', ')[0] },
      }),
    );
  }
});

test.each([
  ['PUT', 'service', {}, 'MethodNotAllowed SERVICE (GET)'],
  ['PATCH', 'bucket', {}, 'MethodNotAllowed BUCKET (HEAD, DELETE, POST, GET, PUT)'],
  ['PATCH', 'key', {}, 'MethodNotAllowed OBJECT (HEAD, DELETE, GET, PUT)'],
  ['POST', 'bucket', {}, 'PreconditionFailed'],
  ['POST', 'bucket', { 'content-type': 'multipart/form-data; boundary=x' }, 'NotImplemented'],
] as const)('a bare %s on a %s', (method, path, headers, answer) => {
  expect(refusal(refusedMethod(requestOf(method, '', headers), path))).toBe(answer);
});
