import type { Bucket } from '../buckets/bucket.ts';
import type { ObjectVersion } from '../store/tables/rows.ts';
import type { ReplicationStatus } from './combined-status.ts';
import type { ObjectsContext } from './context.ts';
import type { Tags } from './put-object.ts';

export interface ByteRange {
  /** Inclusive. */
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

export interface ReadObjectOptions {
  readonly key: string;
  /** As on the wire: `null` or 32 characters. */
  readonly versionId?: string;
  readonly partNumber?: number;
  /** Named in the 405 for a delete marker: GET, HEAD, ... */
  readonly method?: string;
  /** Sees the version before any byte is read: throws when a condition fails, answers the bytes that are wanted,
   * undefined for all. Not asked for a range where `partNumber` is given, but called. */
  readonly select?: (version: ObjectVersion, lastModifiedMs: number) => ByteRange | undefined;
}

export interface FoundObject {
  readonly version: ObjectVersion;
  readonly lastModifiedMs: number;
  /** What x-amz-version-id says; absent while the bucket was never versioned. */
  readonly versionId?: string;
  readonly tags: Tags;
  /** What x-amz-replication-status says, if anything. */
  readonly replicationStatus?: ReplicationStatus;
  /** The bytes that were asked for. */
  readonly range: ByteRange;
  /** True for a range or a part: answered 206. */
  readonly partial: boolean;
  /** Of a multipart object that was asked for a part. */
  readonly partsCount?: number;
}

export interface ReadObject extends FoundObject {
  /** Small objects come at once. The iterable fails (and so must the connection) when stored bytes are damaged. */
  readonly body: Buffer | AsyncIterable<Buffer>;
}

/** @throws AwsError NoSuchKey, NoSuchVersion, InvalidArgument (version id), MethodNotAllowed (marker by id),
 *   InvalidPartNumber, and what `select` throws */
export async function readObject(
  context: ObjectsContext,
  bucket: Bucket,
  options: ReadObjectOptions,
): Promise<ReadObject> {
  throw new Error(`not built ${context.site.siteId} ${bucket.row.name} ${options.key}`);
}
