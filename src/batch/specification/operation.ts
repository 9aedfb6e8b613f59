import type { JobOperation as OperationInput } from '@aws-sdk/client-s3-control';
import { badJobRequest, jobElementNotImplemented } from '../../errors/s3control.ts';
import type { JobOperation } from '../../store/tables/job-rows.ts';
import { readCopy } from './copy.ts';
import { readObjectTags } from './tags.ts';
import { oneOf, required } from './values.ts';

const CANNED_ACLS = [
  'private',
  'public-read',
  'public-read-write',
  'aws-exec-read',
  'authenticated-read',
  'bucket-owner-read',
  'bucket-owner-full-control',
] as const;

/** The one operation that is asked for, by AWS's name; undefined where there is none or more than one. */
export function operationNameOf(input: OperationInput | undefined): string | undefined {
  const names = Object.entries(input ?? {}).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  return names.length === 1 ? names[0] : undefined;
}

/** @throws AwsError BadRequestException, NotImplemented */
export function readOperation(input: OperationInput | undefined): JobOperation {
  const operation = required('Operation', input);
  const name = operationNameOf(operation);
  if (name === undefined) throw badJobRequest('Operation must have exactly one member.');
  const { S3PutObjectTagging: tagging, S3PutObjectAcl: acl, S3PutObjectCopy: copy } = operation;
  if (operation.S3ReplicateObject !== undefined) return { name: 'S3ReplicateObject' };
  if (operation.S3DeleteObjectTagging !== undefined) return { name: 'S3DeleteObjectTagging' };
  if (tagging !== undefined) {
    return { name: 'S3PutObjectTagging', tags: readObjectTags('TagSet', tagging.TagSet ?? []) };
  }
  if (acl !== undefined) return { name: 'S3PutObjectAcl', cannedAcl: readAcl(acl) };
  if (copy !== undefined) return { name: 'S3PutObjectCopy', copy: readCopy(copy) };
  throw jobElementNotImplemented(`Operation ${name}`);
}

function readAcl({ AccessControlPolicy: policy }: NonNullable<OperationInput['S3PutObjectAcl']>): string {
  const { AccessControlList: list, CannedAccessControlList: canned } = required(
    'S3PutObjectAcl.AccessControlPolicy',
    policy,
  );
  if ((list === undefined) === (canned === undefined)) {
    throw badJobRequest('AccessControlPolicy must be one of a list and a canned one.');
  }
  if (list !== undefined) throw jobElementNotImplemented('S3PutObjectAcl with AccessControlList');
  return oneOf('CannedAccessControlList', canned, CANNED_ACLS);
}
