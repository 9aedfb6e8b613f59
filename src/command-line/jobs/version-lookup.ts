import type { ReplicationRule, S3Client } from '@aws-sdk/client-s3';
import type { AwsClients } from '../aws-clients.ts';
import { requireBucketRegion } from '../buckets.ts';
import { RequestError } from '../command.ts';
import type { HeadRequests } from './head-requests.ts';

/** What a version is in one bucket, as HeadObject tells. */
export interface SeenVersion {
  readonly versionId: string;
  readonly etag: string | undefined;
  readonly size: string | undefined;
  readonly modified: string | undefined;
  readonly status: string | undefined;
  readonly isDeleteMarker: boolean;
}

export interface BucketPlace {
  readonly bucket: string;
  readonly region: string;
}

/** A bucket that enabled rules of the source bring objects to. */
export interface DestinationBucket {
  readonly bucket: string;
  /** Undefined: another account's bucket, which these keys may not read. */
  readonly region: string | undefined;
  readonly rules: readonly ReplicationRule[];
}

/** Undefined where there is none.
 * @param versionId empty: the current version */
export async function lookUp(
  heads: HeadRequests,
  { bucket, region }: BucketPlace,
  key: string,
  versionId: string,
): Promise<SeenVersion | undefined> {
  const { statusCode, headers } = await heads.head(region, bucket, key, versionId);
  if (statusCode === 404) return undefined;
  const text = (name: string): string | undefined => {
    const value = headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    versionId: text('x-amz-version-id') ?? versionId,
    etag: text('etag'),
    size: text('content-length'),
    modified: text('last-modified'),
    status: text('x-amz-replication-status'),
    // AWS answers 405 where the version is one.
    isDeleteMarker: statusCode === 405,
  };
}

/** What is wrong with a replica; undefined when nothing is. */
export function differenceOf(source: SeenVersion, replica: SeenVersion | undefined): string | undefined {
  if (replica === undefined) return 'is missing in';
  if (source.isDeleteMarker !== replica.isDeleteMarker) return 'is a delete marker on one side of';
  if (source.etag !== replica.etag || source.size !== replica.size) return 'has other bytes in';
  if (source.modified !== replica.modified) return 'has another Last-Modified in';
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
      return { bucket: name, rules, region: await readableRegion(aws, name) };
    }),
  );
}

async function readableRegion(aws: AwsClients, bucket: string): Promise<string | undefined> {
  try {
    return await requireBucketRegion(aws, bucket);
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
  const { TagSet = [] } = await source.send(
    new GetObjectTaggingCommand({
      Bucket: bucket,
      Key: key,
      ...(seen.versionId !== '' && { VersionId: seen.versionId }),
    }),
  );
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
