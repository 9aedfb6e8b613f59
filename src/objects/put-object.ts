import type { Bucket } from '../buckets/bucket.ts';
import type { ObjectVersion, SystemMetadata } from '../store/tables/rows.ts';
import type { WriteConditions } from './conditions.ts';
import type { ObjectsContext } from './context.ts';
import type { IncomingBody } from './incoming-body.ts';

export type Tags = readonly (readonly [string, string])[];

/** What a new object is, beside its bytes. */
export interface NewObject {
  readonly key: string;
  /** Account id; the bucket's owner where absent (BucketOwnerEnforced). */
  readonly owner?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly system?: SystemMetadata;
  readonly storageClass?: string;
  readonly tags?: Tags;
}

export interface PutObjectOptions extends NewObject {
  readonly body: IncomingBody;
  readonly conditions?: WriteConditions;
}

export interface WrittenObject {
  readonly version: ObjectVersion;
  /** The bucket as it was when the version was committed: it decides about x-amz-version-id. */
  readonly bucket: Bucket;
}

/** Stores the bytes, then makes the version visible in one commit.
 * @throws AwsError NoSuchBucket, NoSuchKey (If-Match), PreconditionFailed, BadDigest, EntityTooLarge, KeyTooLongError */
export async function putObject(
  context: ObjectsContext,
  bucket: Bucket,
  options: PutObjectOptions,
): Promise<WrittenObject> {
  throw new Error(`not built ${context.site.siteId} ${bucket.row.name} ${options.key}`);
}
