import * as s3 from '@aws-sdk/client-s3';
import * as s3control from '@aws-sdk/client-s3-control';
import { expect, test } from 'vitest';
import { EXCLUDED_OPERATIONS, findTies, type Match, Routes } from './routes.ts';
import { compileOperations, type Operation } from './service-model.ts';

const s3Operations = compileOperations(s3);
const controlOperations = compileOperations(s3control);

/** The request that the model describes for an operation: fixed keys and every required query key and header. */
function requestOf(operation: Operation) {
  const query = new Map<string, readonly string[]>();
  const headers: Record<string, string> = {};
  for (const [key, value] of operation.fixedQuery) query.set(key, [value]);
  for (const member of operation.input.members) {
    if (member.required && member.location === 'query') query.set(member.wireName, ['x']);
    if (member.required && member.location === 'header') headers[member.wireName] = 'x';
  }
  return { method: operation.method, query, headers };
}

const tiesOf = (operations: Operation[]) =>
  findTies(operations).map((tie) => tie.map((operation) => operation.name).toSorted());

const nameOf = (match: Match) => (match.kind === 'found' ? match.operation.name : match.kind);

test('every operation of S3 routes to itself', () => {
  const routes = new Routes(s3Operations);
  expect(s3Operations).toHaveLength(112);
  for (const operation of s3Operations) {
    if (EXCLUDED_OPERATIONS.has(operation.name)) continue;
    const key = operation.pathTemplate.includes('{Key+}') ? 'some/key' : undefined;
    const literal =
      operation.pathTemplate === '/WriteGetObjectResponse' ? 'WriteGetObjectResponse' : undefined;
    const bucket = operation.onBucket ? 'bucket' : literal;
    expect(nameOf(routes.matchObjectPath(requestOf(operation), bucket, key))).toBe(operation.name);
  }
});

test('every operation of S3 Control routes to itself', () => {
  const routes = new Routes(controlOperations);
  expect(controlOperations).toHaveLength(97);
  for (const operation of controlOperations) {
    const segments = operation.pathTemplate
      .slice(1)
      .replaceAll(/\{[^}]+\}/g, 'label')
      .split('/');
    expect(nameOf(routes.matchSegments(requestOf(operation), segments))).toBe(operation.name);
  }
});

test('greedy labels keep their slashes and give way to suffixes', () => {
  const routes = new Routes(controlOperations);
  const request = { method: 'GET', query: new Map(), headers: {} };
  const policy = routes.matchSegments(request, ['v20180820', 'mrap', 'instances', 'a', 'b', 'policy']);
  expect(policy).toMatchObject({
    operation: { name: 'GetMultiRegionAccessPointPolicy' },
    labels: { Name: 'a/b' },
  });
});

test('ties, so that an upgrade of the SDK shows as a difference', () => {
  expect(tiesOf(s3Operations)).toMatchInlineSnapshot(`
    [
      [
        "AbortMultipartUpload",
        "DeleteObject",
      ],
      [
        "CopyObject",
        "PutObject",
        "UploadPart",
        "UploadPartCopy",
      ],
      [
        "GetBucketAnalyticsConfiguration",
        "ListBucketAnalyticsConfigurations",
      ],
      [
        "GetBucketIntelligentTieringConfiguration",
        "ListBucketIntelligentTieringConfigurations",
      ],
      [
        "GetBucketInventoryConfiguration",
        "ListBucketInventoryConfigurations",
      ],
      [
        "GetBucketMetricsConfiguration",
        "ListBucketMetricsConfigurations",
      ],
      [
        "GetObject",
        "ListParts",
      ],
      [
        "GetObjectAnnotation",
        "ListObjectAnnotations",
      ],
    ]
  `);
  expect(tiesOf(controlOperations)).toEqual([]);
});

test.each([
  [
    'a forgotten part number is refused, not stored as an object',
    'PUT',
    'uploadId=u',
    {},
    'key',
    'UploadPart',
  ],
  [
    'a copy of a part',
    'PUT',
    'uploadId=u&partNumber=1',
    { 'x-amz-copy-source': '/a/b' },
    'key',
    'UploadPartCopy',
  ],
  ['an unknown query key is ignored', 'PUT', 'foo', {}, 'key', 'PutObject'],
  ['a configuration without its id', 'PUT', 'analytics', {}, undefined, 'PutBucketAnalyticsConfiguration'],
  ['list type 2', 'GET', 'list-type=2', {}, undefined, 'ListObjectsV2'],
  ['list type 1', 'GET', 'list-type=1', {}, undefined, 'ListObjects'],
  ['a list type before a subresource', 'GET', 'list-type=2&versions', {}, undefined, 'ListObjectVersions'],
  ['and behind it', 'GET', 'policy&list-type=2', {}, undefined, 'GetBucketPolicy'],
  ['no such method', 'PATCH', '', {}, 'key', 'no-such-method'],
])('%s', (_title, method, query, headers, key, expected) => {
  const routes = new Routes(s3Operations);
  const parsed = new Map([...new URLSearchParams(query)].map(([name, value]) => [name, [value]]));
  expect(nameOf(routes.matchObjectPath({ method, query: parsed, headers }, 'bucket', key))).toBe(expected);
});
