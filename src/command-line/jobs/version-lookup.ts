import type { ReplicationRule, S3Client } from '@aws-sdk/client-s3';
import type { AwsClients } from '../aws-clients.ts';
import { requireBucketRegion } from '../buckets.ts';
import { RequestError } from '../command.ts';

/** What a version is in one bucket, as HeadObject tells. */
export interface SeenVersion {
  readonly versionId: string | undefined;
  readonly etag: string | undefined;
  readonly size: number | undefined;
  readonly modifiedMs: number | undefined;
  readonly status: string | undefined;
  readonly isDeleteMarker: boolean;
}

/** A bucket that enabled rules of the source bring objects to. */
export interface DestinationBucket {
  readonly bucket: string;
  /** Undefined: another account's bucket, which these keys may not read. */
  readonly s3: S3Client | undefined;
  readonly rules: readonly ReplicationRule[];
}

/** Undefined where there is none.
 * @param versionId undefined or empty: the current version */
export async function lookUp(
  s3: S3Client,
  bucket: string,
  key: string,
  versionId: string | undefined,
): Promise<SeenVersion | undefined> {
  const { HeadObjectCommand } = await import('@aws-sdk/client-s3');
  const id = versionId === undefined || versionId === '' ? {} : { VersionId: versionId };
  try {
    const head = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key, ...id }));
    return {
      versionId: head.VersionId,
      etag: head.ETag,
      size: head.ContentLength,
      modifiedMs: head.LastModified?.getTime(),
      status: head.ReplicationStatus,
      isDeleteMarker: false,
    };
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    // A delete marker has neither body nor headers to compare: AWS says only that it is one.
    if (error.status === 405) return { ...NOTHING, versionId, isDeleteMarker: true };
    if (error.status === 404) return undefined;
    throw error;
  }
}

const NOTHING = { etag: undefined, size: undefined, modifiedMs: undefined, status: undefined };

/** What is wrong with a replica; undefined when nothing is. */
export function differenceOf(source: SeenVersion, replica: SeenVersion | undefined): string | undefined {
  if (replica === undefined) return 'is missing in';
  if (source.isDeleteMarker !== replica.isDeleteMarker) return 'is a delete marker on one side of';
  if (source.etag !== replica.etag || source.size !== replica.size) return 'has other bytes in';
  if (source.modifiedMs !== replica.modifiedMs) return 'has another Last-Modified in';
  if (!replica.isDeleteMarker && replica.status !== 'REPLICA') return 'is no REPLICA in';
  return undefined;
}

/** Of the rules as they are now. */
export async function destinationsOf(aws: AwsClients, bucket: string): Promise<DestinationBucket[]> {
  const { GetBucketReplicationCommand } = await import('@aws-sdk/client-s3');
  const s3 = await aws.s3(await requireBucketRegion(aws, bucket));
  const { ReplicationConfiguration: found } = await s3.send(
    new GetBucketReplicationCommand({ Bucket: bucket }),
  );
  const enabled = (found?.Rules ?? []).filter(({ Status }) => Status === 'Enabled');
  const byBucket = Map.groupBy(enabled, ({ Destination }) => Destination?.Bucket ?? '');
  return Promise.all(
    [...byBucket].map(async ([arn, rules]) => {
      const name = arn.replace(/^arn:[^:]+:s3:::/, '');
      return { bucket: name, rules, s3: await readable(aws, name) };
    }),
  );
}

async function readable(aws: AwsClients, bucket: string): Promise<S3Client | undefined> {
  try {
    return await aws.s3(await requireBucketRegion(aws, bucket));
  } catch (error) {
    if (error instanceof RequestError && error.code === 'AccessDenied') return undefined;
    throw error;
  }
}

/** Whether one of the rules is for this version. */
export async function isCovered(
  source: S3Client,
  version: { readonly bucket: string; readonly key: string; readonly seen: SeenVersion },
  rules: readonly ReplicationRule[],
): Promise<boolean> {
  const { bucket, key, seen } = version;
  const named = rules.filter((rule) => key.startsWith(prefixOf(rule)));
  if (seen.isDeleteMarker) {
    return named.some(({ DeleteMarkerReplication }) => DeleteMarkerReplication?.Status === 'Enabled');
  }
  if (named.length === 0) return false;
  if (named.some((rule) => tagsOf(rule).length === 0)) return true;
  const { GetObjectTaggingCommand } = await import('@aws-sdk/client-s3');
  const id = seen.versionId === undefined ? {} : { VersionId: seen.versionId };
  const { TagSet = [] } = await source.send(new GetObjectTaggingCommand({ Bucket: bucket, Key: key, ...id }));
  return named.some((rule) =>
    tagsOf(rule).every(({ Key, Value }) => TagSet.some((tag) => tag.Key === Key && tag.Value === Value)),
  );
}

function prefixOf({ Filter, Prefix }: ReplicationRule): string {
  return Filter?.Prefix ?? Filter?.And?.Prefix ?? Prefix ?? '';
}

function tagsOf({ Filter }: ReplicationRule) {
  return Filter?.Tag === undefined ? (Filter?.And?.Tags ?? []) : [Filter.Tag];
}
