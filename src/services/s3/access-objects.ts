import { requestObjectTags } from '../../policy/request-object-tags.ts';
import type { AccessRequirement } from '../../wire/call.ts';
import { context, namesAcl, objectArn, writeContext } from './access-resources.ts';
import { type CopySource, copySource } from './rules/copy-source.ts';
import { taggingHeader, tagSet } from './rules/tag-set.ts';
import type { S3Access, S3Call, S3Operation } from './s3-handler.ts';

interface OnObject {
  readonly Bucket: string;
  readonly Key: string;
}
interface OnVersion extends OnObject {
  readonly VersionId?: string;
}

/** Without a version id `s3:<verb>Object<suffix>`, with one `s3:<verb>ObjectVersion<suffix>`. */
function onVersion(verb: 'Get' | 'Put' | 'Delete', suffix: '' | 'Acl' | 'Tagging' | 'Attributes' = '') {
  return ({ Bucket, Key, VersionId }: OnVersion): AccessRequirement[] => [
    VersionId === undefined
      ? { action: `s3:${verb}Object${suffix}`, resource: objectArn(Bucket, Key) }
      : {
          action: `s3:${verb}ObjectVersion${suffix}`,
          resource: objectArn(Bucket, Key),
          context: { 's3:versionid': VersionId },
        },
  ];
}

function onObject(action: string) {
  return ({ Bucket, Key }: OnObject): AccessRequirement[] => [{ action, resource: objectArn(Bucket, Key) }];
}

/** PutObject and what begins like it. */
function write({ Bucket, Key }: OnObject, call: S3Call): AccessRequirement[] {
  const resource = objectArn(Bucket, Key);
  const { headers } = call;
  const tags = taggingHeader(headers['x-amz-tagging']);
  const shared = { ...writeContext(headers), ...requestObjectTags(tags) };
  const needed: AccessRequirement[] = [{ action: 's3:PutObject', resource, context: shared }];
  if (tags.length > 0) needed.push({ action: 's3:PutObjectTagging', resource, context: shared });
  if (namesAcl(headers)) needed.push({ action: 's3:PutObjectAcl', resource, context: shared });
  // AWS's guide to conditional writes: If-Match reveals the ETag, so it needs reading too.
  if (headers['if-match'] !== undefined) needed.push({ action: 's3:GetObject', resource });
  return needed;
}

function readSource(header: string | undefined): AccessRequirement[] {
  const source = copySource(header);
  return onVersion('Get')({
    Bucket: source.bucket,
    Key: source.key,
    ...(source.versionId === undefined ? {} : { VersionId: source.versionId }),
  });
}

const putObjectTagging: S3Access<'PutObjectTagging'> = (input) => {
  const tags = requestObjectTags(tagSet(input.Tagging.TagSet, 'object'));
  return onVersion(
    'Put',
    'Tagging',
  )(input).map((needed) => ({
    ...needed,
    context: { ...needed.context, ...tags },
  }));
};

const getObjectAttributes: S3Access<'GetObjectAttributes'> = (input) => [
  ...onVersion('Get')(input),
  ...onVersion('Get', 'Attributes')(input),
];

export const objectAccess = {
  PutObject: write,
  CopyObject: (input, call) => [...readSource(input.CopySource), ...copyDestination(input, call)],
  CreateMultipartUpload: write,
  UploadPart: onObject('s3:PutObject'),
  UploadPartCopy: (input) => [...readSource(input.CopySource), ...onObject('s3:PutObject')(input)],
  CompleteMultipartUpload: write,
  AbortMultipartUpload: onObject('s3:AbortMultipartUpload'),
  ListParts: onObject('s3:ListMultipartUploadParts'),
  GetObject: onVersion('Get'),
  HeadObject: onVersion('Get'),
  GetObjectAttributes: getObjectAttributes,
  DeleteObject: onVersion('Delete'),
  GetObjectAcl: onVersion('Get', 'Acl'),
  PutObjectAcl: (input, call) =>
    onVersion(
      'Put',
      'Acl',
    )(input).map((needed) => ({
      ...needed,
      context: { ...needed.context, ...writeContext(call.headers) },
    })),
  GetObjectTagging: onVersion('Get', 'Tagging'),
  PutObjectTagging: putObjectTagging,
  DeleteObjectTagging: onVersion('Delete', 'Tagging'),
  GetObjectLegalHold: onObject('s3:GetObjectLegalHold'),
  GetObjectRetention: onObject('s3:GetObjectRetention'),
  PutObjectLegalHold: onObject('s3:PutObjectLegalHold'),
  PutObjectRetention: onObject('s3:PutObjectRetention'),
} satisfies { readonly [Name in S3Operation]?: S3Access<Name> };

/** The tagging header counts only under REPLACE; tags that are copied are checked by the handler, which sees them. */
function copyDestination(input: OnObject, call: S3Call): AccessRequirement[] {
  const replaces = call.headers['x-amz-tagging-directive'] === 'REPLACE';
  if (replaces) return write(input, call);
  const { 'x-amz-tagging': _ignored, ...headers } = call.headers;
  return write(input, { ...call, headers });
}

/** For each key of DeleteObjects, asked by its handler. */
export function deletionOf(bucket: string, key: string, versionId: string | undefined): AccessRequirement[] {
  return onVersion('Delete')({
    Bucket: bucket,
    Key: key,
    ...(versionId === undefined ? {} : { VersionId: versionId }),
  });
}

/** What a caller needs to be told that a key does not exist. */
export function listBucketRequirement(bucket: string, prefix?: string): AccessRequirement[] {
  return [
    {
      action: 's3:ListBucket',
      resource: `arn:aws:s3:::${bucket}`,
      context: context({ 's3:prefix': prefix }),
    },
  ];
}

/** For the tags of a copy, asked by its handler when there are any. */
export function copiedTagsRequirements(source: CopySource, destination: OnObject): AccessRequirement[] {
  const { bucket, key, versionId } = source;
  return [
    ...onVersion(
      'Get',
      'Tagging',
    )({
      Bucket: bucket,
      Key: key,
      ...(versionId === undefined ? {} : { VersionId: versionId }),
    }),
    ...onObject('s3:PutObjectTagging')(destination),
  ];
}
