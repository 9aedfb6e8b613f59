import type { Bucket } from '../buckets/bucket.ts';
import { frameKey, openBuffer } from '../keys/frames.ts';
import type { ObjectVersion } from '../store/tables/rows.ts';
import type { ReplicationStatus } from './combined-status.ts';
import type { ObjectsContext } from './context.ts';
import { describeVersion } from './describe-version.ts';
import { type FoundVersion, lookupVersion } from './lookup.ts';
import { openBytes } from './open-bytes.ts';
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
  /** Named in the 405 for a delete marker: GET where absent. */
  readonly method?: string;
  /** Sees the version before any byte is read: throws when a condition fails, answers the bytes that are wanted,
   * undefined for all. What it answers does not count where `partNumber` is given. */
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
 *   InvalidPartNumber, and what `select` throws; FrameError when stored bytes are damaged */
export async function readObject(
  context: ObjectsContext,
  bucket: Bucket,
  options: ReadObjectOptions,
): Promise<ReadObject> {
  const found = await lookupVersion(context, bucket, options, true);
  const object = describeVersion(bucket, found, options);
  const { version, range } = object;
  if (range.start === range.end) return { ...object, body: NO_BYTES };
  const body = found.body ?? inlineBody(context, found, version);
  if (found.body === undefined && options.versionId === undefined) {
    context.recent.note(bucket.row.id, options.key, found, body);
  }
  if (body === undefined) return { ...object, body: openBytes(context, bucket, options.key, version, range) };
  const whole = range.end - range.start === body.length;
  return { ...object, body: whole ? body : body.subarray(range.start, range.end) };
}

/** Of a body that is one part, and was read along. */
function inlineBody(
  { keyring }: ObjectsContext,
  { inline }: FoundVersion,
  { bytes }: ObjectVersion,
): Buffer | undefined {
  const [locator] = bytes;
  if (inline === undefined || bytes.length !== 1 || locator?.kind !== 'inline') return undefined;
  return openBuffer(inline, frameKey(keyring.unwrap(locator.key)));
}

const NO_BYTES = Buffer.alloc(0);
