import * as iamSdk from '@aws-sdk/client-iam';
import * as s3Sdk from '@aws-sdk/client-s3';
import * as s3ControlSdk from '@aws-sdk/client-s3-control';
import * as stsSdk from '@aws-sdk/client-sts';
import { compileOperations, type Operation } from '../../src/wire/service-model.ts';
import { type Ask, action, md5Base64 } from './case.ts';
import { ACCOUNT_A } from './people.ts';
import type { World } from './world.ts';

// One request for each operation that S3's, S3 Control's, IAM's and STS's models know, built or not, so that none is forgotten when
// it is built.

/** What a required query parameter or header needs to say for a request to be that operation. */
function valuesOf({ versionId, uploadId }: World): Readonly<Record<string, string>> {
  return {
    uploadId,
    versionId,
    partNumber: '1',
    id: 'some',
    'x-amz-copy-source': '/alpha-private/secret.txt',
    'x-amz-object-attributes': 'ETag',
  };
}

function s3Ask(operation: Operation, world: World): Ask {
  const values = valuesOf(world);
  const query = new Map(operation.fixedQuery);
  const body = operation.method === 'GET' || operation.method === 'HEAD' ? undefined : '';
  const headers: Record<string, string> = body === undefined ? {} : { 'content-md5': md5Base64(body) };
  for (const { required, location, wireName } of operation.input.members) {
    if (!required) continue;
    if (location === 'query') query.set(wireName, values[wireName] ?? '1');
    if (location === 'header' && wireName !== 'content-md5') headers[wireName] = values[wireName] ?? '1';
  }
  const onObject = operation.pathTemplate.includes('{Key');
  const path = operation.onBucket ? (onObject ? '/alpha-private/secret.txt' : '/alpha-private') : '/';
  const pairs = [...query].map(
    ([key, value]) => `${key}${value === '' ? '' : `=${encodeURIComponent(value)}`}`,
  );
  return {
    method: operation.method,
    url: pairs.length === 0 ? path : `${path}?${pairs.join('&')}`,
    headers,
    ...(body === undefined ? {} : { body }),
  };
}

export interface NamedAsk {
  readonly name: string;
  readonly service: 's3' | 'iam' | 'sts';
  readonly request: (world: World) => Ask;
}

/** Not on anybody's data: who may list his own buckets sees his own. */
const OWN = new Set(['ListBuckets', 'ListDirectoryBuckets']);

export const everyS3Operation: NamedAsk[] = compileOperations(s3Sdk)
  .filter(({ name }) => !OWN.has(name))
  .map((operation) => ({
    name: operation.name,
    service: 's3',
    request: (world) => s3Ask(operation, world),
  }));

/** On account A's jobs and whatever else S3 Control keeps. */
function controlAsk(operation: Operation, { jobId }: World): Ask {
  const query = new Map(operation.fixedQuery);
  const headers: Record<string, string> = { 'x-amz-account-id': ACCOUNT_A };
  for (const { required, location, wireName } of operation.input.members) {
    if (!required) continue;
    if (location === 'query') query.set(wireName, wireName === 'requestedJobStatus' ? 'Cancelled' : '1');
    if (location === 'header') headers[wireName] ??= '1';
  }
  const path = operation.pathTemplate.replaceAll(/\{(\w+)\+?\}/g, (_label, name) =>
    name === 'JobId' ? jobId : 'some',
  );
  const pairs = [...query].map(([key, value]) => `${key}${value === '' ? '' : `=${value}`}`);
  return { method: operation.method, url: pairs.length === 0 ? path : `${path}?${pairs.join('&')}`, headers };
}

export const everyControlOperation: NamedAsk[] = compileOperations(s3ControlSdk).map((operation) => ({
  name: operation.name,
  service: 's3',
  request: (world) => controlAsk(operation, world),
}));

/** AWS asks no permission for these: they tell a caller who he is, or give him what he has. */
const NEEDS_NO_POLICY = new Set(['GetCallerIdentity', 'GetSessionToken']);
const NAMES: Readonly<Record<string, string>> = {
  UserName: 'alice',
  RoleName: 'operator',
  GroupName: 'group',
  PolicyName: 'own',
  RoleArn: 'arn:aws:iam::111111111111:role/operator',
  RoleSessionName: 'session',
  PolicyArn: 'arn:aws:iam::111111111111:policy/boundary',
  PolicyDocument: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
  AssumeRolePolicyDocument:
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}]}',
  PermissionsBoundary: 'arn:aws:iam::111111111111:policy/boundary',
  Status: 'Inactive',
};

function queryAsk(operation: Operation): Ask {
  const parameters: Record<string, string> = {};
  for (const { name, required } of operation.input.members) {
    if (required) parameters[name] = NAMES[name] ?? 'some';
  }
  return action(operation.name, parameters);
}

export const everyIdentityOperation: NamedAsk[] = [
  ...compileOperations(iamSdk).map((operation) => ({ operation, service: 'iam' as const })),
  ...compileOperations(stsSdk).map((operation) => ({ operation, service: 'sts' as const })),
]
  .filter(({ operation }) => !NEEDS_NO_POLICY.has(operation.name))
  .map(({ operation, service }) => ({
    name: operation.name,
    service,
    request: () => queryAsk(operation),
  }));
