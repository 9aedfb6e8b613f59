import type { Bucket } from '../buckets/bucket.ts';
import { AwsError } from '../errors/aws-error.ts';
import { FrameError } from '../keys/frames.ts';
import { existingTags } from '../objects/existing-tags.ts';
import type { IncomingBody } from '../objects/incoming-body.ts';
import { putObject } from '../objects/put-object.ts';
import { readObject } from '../objects/read-object.ts';
import { versionIdHeader } from '../objects/version-form.ts';
import { existingObjectTags } from '../policy/existing-object-tags.ts';
import type { RequestContext } from '../policy/types.ts';
import { ReplicationFailure } from '../replication/failure-codes.ts';
import { BlobMissingError } from '../store/blobs/blob-store.ts';
import type { JobRow } from '../store/tables/job-rows.ts';
import type { BatchContext } from './context.ts';
import { jobRole } from './job-role.ts';
import { shownKey } from './shown-key.ts';

/** Why the role could not read or write an object; the message is one line for people.
 * - bucket-not-found, not-found: no such bucket; no such object in it.
 * - denied: no policy allows it, or one denies it.
 * - owner-mismatch: the bucket is not of the account that was expected.
 * - archived: the object has to be restored first.
 * - damaged: its stored bytes are missing or changed; also thrown while they are read.
 * - refused: S3 would answer the request with another error of the client's. */
export type RoleObjectProblem =
  | 'role-not-assumable'
  | 'bucket-not-found'
  | 'not-found'
  | 'denied'
  | 'owner-mismatch'
  | 'archived'
  | 'damaged'
  | 'refused';

export class RoleObjectError extends Error {
  override readonly name = 'RoleObjectError';
  readonly kind: RoleObjectProblem;

  constructor(kind: RoleObjectProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/** The job, as far as its role goes. */
export type RoleHolder = Pick<JobRow, 'roleArn' | 'account'>;

export interface RoleReading {
  readonly bucket: string;
  readonly key: string;
  /** As on the wire. */
  readonly versionId?: string;
}

export interface ReadAsRole {
  /** @throws RoleObjectError damaged */
  readonly stream: AsyncIterable<Buffer>;
  /** Without quotes. */
  readonly etag: string;
  readonly size: number;
  /** Absent while the bucket was never versioned. */
  readonly versionId?: string;
}

export interface RoleWriting {
  readonly bucket: string;
  readonly key: string;
  readonly body: IncomingBody;
  readonly contentType: string;
  /** Account id. */
  readonly expectedBucketOwner?: string;
}

export interface WrittenAsRole {
  /** Without quotes. */
  readonly etag: string;
  /** Absent while the bucket was never versioned. */
  readonly versionId?: string;
}

/** Classes whose bytes S3 cannot read without a restore. */
const ARCHIVE_CLASSES = new Set(['GLACIER', 'DEEP_ARCHIVE']);

/** Opens an object of any bucket of this site as the job's role.
 * @throws RoleObjectError, and as it is what may pass by itself */
export async function readObjectAsRole(
  context: BatchContext,
  job: RoleHolder,
  { bucket: name, key, versionId }: RoleReading,
): Promise<ReadAsRole> {
  const action = versionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion';
  const version = { key, ...(versionId === undefined ? {} : { versionId }) };
  const conditions = async (bucket: Bucket) => ({
    ...(versionId === undefined ? {} : { 's3:versionid': versionId }),
    ...existingObjectTags(action, await existingTags(context.objects, bucket, version)),
  });
  const bucket = await bucketFor(context, job, { action, name, key, conditions });
  const found = await orRefused(`${name}/${shownKey(key)}`, readObject(context.objects, bucket, version));
  if (ARCHIVE_CLASSES.has(found.version.storageClass)) {
    throw new RoleObjectError(
      'archived',
      `${name}/${shownKey(key)} is archived and has to be restored first`,
    );
  }
  return {
    stream: streamOf(found.body, `${name}/${shownKey(key)}`),
    etag: found.version.etag,
    size: found.version.size,
    ...(found.versionId === undefined ? {} : { versionId: found.versionId }),
  };
}

/** Writes an object into any bucket of this site as the job's role: a PUT like any other, so that it is versioned,
 * sealed and replicated as the bucket says.
 * @throws RoleObjectError, and as it is what may pass by itself */
export async function writeObjectAsRole(
  context: BatchContext,
  job: RoleHolder,
  { bucket: name, key, body, contentType, expectedBucketOwner }: RoleWriting,
): Promise<WrittenAsRole> {
  const bucket = await bucketFor(context, job, {
    action: 's3:PutObject',
    name,
    key,
    ...(expectedBucketOwner === undefined ? {} : { expectedOwner: expectedBucketOwner }),
  });
  const written = await orRefused(
    `${name}/${shownKey(key)}`,
    putObject(context.objects, bucket, { key, body, system: { contentType } }),
  );
  return { etag: written.version.etag, ...versionIdHeader(written.bucket.row, written.version) };
}

interface RoleAction {
  readonly action: string;
  /** Of the bucket. */
  readonly name: string;
  readonly key: string;
  readonly conditions?: (bucket: Bucket) => Promise<RequestContext>;
  readonly expectedOwner?: string;
}

async function bucketFor(
  context: BatchContext,
  job: RoleHolder,
  { action, name, key, conditions, expectedOwner }: RoleAction,
): Promise<Bucket> {
  const role = await roleOf(context, job);
  const bucket = await context.objects.buckets.find(name);
  if (bucket === undefined)
    throw new RoleObjectError('bucket-not-found', `the bucket ${name} does not exist`);
  if (expectedOwner !== undefined && bucket.row.owner !== expectedOwner) {
    throw new RoleObjectError('owner-mismatch', `the bucket ${name} is not owned by ${expectedOwner}`);
  }
  if (!(await role.may(action, bucket, key, conditions && (() => conditions(bucket))))) {
    throw new RoleObjectError(
      'denied',
      `${action} on ${name}/${shownKey(key)} is not allowed to ${job.roleArn}`,
    );
  }
  return bucket;
}

async function roleOf(context: BatchContext, job: RoleHolder) {
  try {
    return await jobRole(context, job);
  } catch (error) {
    if (!(error instanceof ReplicationFailure)) throw error;
    throw new RoleObjectError('role-not-assumable', error.message, { cause: error });
  }
}

/** What S3 answers with a 5xx may pass, so that it goes on as it is. */
async function orRefused<Answer>(place: string, answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof AwsError) || error.status >= 500) throw damaged(error, place) ?? error;
    const { code, message, status } = error;
    const kind = code === 'NoSuchBucket' ? 'bucket-not-found' : status === 404 ? 'not-found' : 'refused';
    throw new RoleObjectError(kind, `${place}: ${code}: ${message}`, { cause: error });
  }
}

async function* streamOf(
  body: Buffer | AsyncIterable<Buffer>,
  place: string,
): AsyncGenerator<Buffer, void, undefined> {
  if (Buffer.isBuffer(body)) {
    if (body.length > 0) yield body;
    return;
  }
  try {
    yield* body;
  } catch (error) {
    throw damaged(error, place) ?? error;
  }
}

/** What no second attempt would mend. */
function damaged(error: unknown, place: string): RoleObjectError | undefined {
  if (!(error instanceof FrameError || error instanceof BlobMissingError)) return undefined;
  return new RoleObjectError('damaged', `${place}: its stored bytes are missing or damaged`, {
    cause: error,
  });
}
