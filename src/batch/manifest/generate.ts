import type { Bucket } from '../../buckets/bucket.ts';
import type { Region } from '../../buckets/region.ts';
import type { Tags } from '../../objects/put-object.ts';
import { tagsOf } from '../../replication/configuration/filter.ts';
import { plan } from '../../replication/plan.ts';
import type { ReplicationConfiguration } from '../../store/tables/bucket-row.ts';
import type { JobRow, JobTask, ManifestFilter } from '../../store/tables/job-rows.ts';
import type { BatchContext } from '../context.ts';
import { matchesStatus, matchesVersion } from './filter.ts';
import { type ScannedVersion, scanVersions, type VersionRun } from './scan-versions.ts';
import { scannedPrefixes } from './scanned-prefixes.ts';
import { type GeneratorSource, openSourceBucket } from './source-bucket.ts';
import { deliveriesOfVersions, tagsOfVersions } from './version-rows.ts';

/** The versions of the source bucket that the filter keeps (reference: s3-batch-replication 3), a run at once, in the order
 * of `scanVersions`. The bucket is read by the replication configuration that stands now, tags as they are now.
 * @throws JobFailure */
export async function* generateTasks(
  context: BatchContext,
  region: Region,
  job: JobRow,
  source: GeneratorSource,
): AsyncGenerator<readonly JobTask[], void, undefined> {
  const bucket = await openSourceBucket(context, region, job, source);
  const { filter } = source;
  // As in a list that AWS makes of such a bucket: with an id, operations would need the permissions on versions.
  const versioned = bucket.row.versioning !== 'unversioned';
  for (const prefix of scannedPrefixes(filter, bucket.row.replication)) {
    for await (const run of scanVersions(bucket, prefix)) {
      const kept = await keepMatching(bucket, filter, run);
      yield kept.map(({ key, versionId }) => (versioned ? { key, versionId } : { key }));
    }
  }
}

/** What costs no read comes first. */
async function keepMatching(bucket: Bucket, filter: ManifestFilter, run: VersionRun): Promise<VersionRun> {
  const matching = run.filter(({ key, row }) => matchesVersion(filter, key, row));
  return keepStatuses(bucket, filter, await keepEligible(bucket, filter, matching));
}

async function keepStatuses(bucket: Bucket, filter: ManifestFilter, run: VersionRun): Promise<VersionRun> {
  const { replicationStatuses: statuses } = filter;
  if (statuses === undefined || run.length === 0) return run;
  const found = await deliveriesOfVersions(bucket, run);
  return run.filter(({ row }, index) => matchesStatus(statuses, row, found[index] ?? []));
}

/** Without the filter no delete marker is kept: no operation but replication can do anything with one. */
async function keepEligible(bucket: Bucket, filter: ManifestFilter, run: VersionRun): Promise<VersionRun> {
  if (filter.eligibleForReplication !== true) return run.filter(({ row }) => row.kind === 'object');
  const { replication } = bucket.row;
  if (replication === undefined || run.length === 0) return [];
  const tags = asksForTags(replication) ? await tagsOfVersions(bucket, run) : undefined;
  return run.filter((version, index) => isEligible(replication, version, tags?.[index] ?? []));
}

function asksForTags({ rules }: ReplicationConfiguration): boolean {
  return rules.some(({ status, filter }) => status === 'Enabled' && tagsOf(filter).length > 0);
}

/** Replicas too: unlike live replication, a job sends them on. */
function isEligible(
  configuration: ReplicationConfiguration,
  { key, row }: ScannedVersion,
  tags: Tags,
): boolean {
  const change =
    row.kind === 'object'
      ? ({ kind: row.kind, key, tags, storageClass: row.storageClass, replica: false } as const)
      : ({ kind: row.kind, key, replica: false } as const);
  return plan(configuration, change).length > 0;
}
