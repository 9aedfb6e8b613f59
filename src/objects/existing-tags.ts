import type { Bucket } from '../buckets/bucket.ts';
import { AwsError } from '../errors/aws-error.ts';
import type { ObjectsContext } from './context.ts';
import { headObject } from './head-object.ts';
import type { VersionName } from './lookup.ts';
import type { Tags } from './put-object.ts';

/** The tags of what policies are asked about. What is missing has none: the operation itself says that it is missing.
 * @throws what may pass by itself: an object whose tags cannot be read must not count as one without tags */
export async function existingTags(
  context: ObjectsContext,
  bucket: Bucket,
  { key, versionId }: VersionName,
): Promise<Tags> {
  try {
    return (await headObject(context, bucket, { key, ...(versionId === undefined ? {} : { versionId }) }))
      .tags;
  } catch (error) {
    if (error instanceof AwsError && error.status < 500) return [];
    throw error;
  }
}
