import type { Bucket } from '../buckets/bucket.ts';
import type { ObjectsContext } from './context.ts';
import type { Tags } from './put-object.ts';

export interface ObjectTagsOptions {
  readonly key: string;
  readonly versionId?: string;
}

export interface ObjectTags {
  readonly tags: Tags;
  /** x-amz-version-id; absent while the bucket was never versioned. */
  readonly versionId?: string;
}

/** @throws AwsError NoSuchKey, NoSuchVersion, MethodNotAllowed where it is a delete marker, with or without id */
export async function getObjectTags(
  context: ObjectsContext,
  bucket: Bucket,
  options: ObjectTagsOptions,
): Promise<ObjectTags> {
  throw new Error(`not built ${context.site.siteId} ${bucket.row.name} ${options.key}`);
}

/** Replaces the whole set; an empty one is what DeleteObjectTagging does. */
export async function putObjectTags(
  context: ObjectsContext,
  bucket: Bucket,
  options: ObjectTagsOptions & { readonly tags: Tags /** For the 405. */; readonly method?: string },
): Promise<ObjectTags> {
  throw new Error(`not built ${context.site.siteId} ${bucket.row.name} ${options.key}`);
}
