import type { Bucket } from '../../../buckets/bucket.ts';
import { AwsError } from '../../../errors/aws-error.ts';
import { findUpload } from '../../../objects/find-upload.ts';
import { askingForKeys } from '../../../policy/condition-keys-asked.ts';
import type { PolicyDocument } from '../../../policy/types.ts';
import type { UploadRow } from '../../../store/tables/uploads.ts';
import type { AccessRequirement } from '../../../wire/call.ts';
import { keyOfArn } from '../access-resources.ts';
import type { S3Call } from '../s3-handler.ts';

/** What CreateMultipartUpload alone is told, and holds for all that is written to the upload. */
const askForHeaders = askingForKeys('s3:x-amz-');
const OPERATIONS = new Set(['UploadPart', 'UploadPartCopy', 'CompleteMultipartUpload']);

/** Whether some policy wants to know how the upload that is written to was created: then it must be read first. */
export function asksForUpload(
  { operation }: S3Call,
  { action }: AccessRequirement,
  policies: readonly PolicyDocument[],
): boolean {
  return action === 's3:PutObject' && OPERATIONS.has(operation) && askForHeaders(policies);
}

/** The condition keys of the upload. A part has no such headers: judged by its own, a policy that demands one would
 * let an upload begin and refuse all of its parts. */
export async function uploadConditions(
  bucket: Bucket,
  { query }: S3Call,
  { resource }: AccessRequirement,
): Promise<NonNullable<UploadRow['conditions']>> {
  const key = keyOfArn(resource);
  const uploadId = query.get('uploadId')?.[0];
  if (key === undefined || uploadId === undefined) return {};
  try {
    const { row } = await findUpload(bucket, key, uploadId);
    return row.conditions ?? {};
  } catch (error) {
    // The operation itself says that there is none.
    if (error instanceof AwsError && error.status < 500) return {};
    throw error;
  }
}
