import type { Bucket } from '../buckets/bucket.ts';
import type { ObjectVersion, SystemMetadata } from '../store/tables/rows.ts';
import { commitObject } from './commit-object.ts';
import type { WriteConditions } from './conditions.ts';
import type { ObjectsContext } from './context.ts';
import type { IncomingBody } from './incoming-body.ts';
import { PUT_BYTES_MAX } from './limits.ts';
import { receiveBody } from './receive-body.ts';
import type { StoredBody } from './stored-body.ts';
import { checkKey } from './version-form.ts';

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
  /** The task of a batch job. */
  readonly copiedBy?: string;
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
  const { body, ...object } = options;
  checkKey(options.key);
  const stored = await receiveBody(context, bucket.region, body, PUT_BYTES_MAX);
  return commitObject(context, bucket, { ...object, ...objectBytes(stored) });
}

/** One body as the bytes of an object that is not from a multipart upload. */
export function objectBytes(stored: StoredBody) {
  const { size, etag, checksum, locator, sealed } = stored;
  return {
    size,
    etag,
    checksum,
    bytes: locator === undefined ? [] : [locator],
    inline: sealed === undefined ? [] : [{ part: 0, sealed }],
  };
}
