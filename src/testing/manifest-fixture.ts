import { readTasks } from '../batch/manifest/read-tasks.ts';
import type { JobRow, JobTask, ManifestFilter } from '../store/tables/job-rows.ts';
import type { ObjectVersion } from '../store/tables/rows.ts';
import { batchContextOf, jobRow, makeBatchRole } from './batch-fixture.ts';
import { openMemorySite } from './memory-site.ts';
import { ReplicationFixture } from './replication-fixture.ts';
import { SeededRandom } from './seeded-random.ts';
import { SimulatedClock } from './simulated-clock.ts';

/** A site with the buckets `source`, `destination` and `manifests`, and the role of a job that may do everything. */
export async function openManifestFixture() {
  const clock = new SimulatedClock();
  const site = await openMemorySite({ clock, random: new SeededRandom(1) });
  const s3 = new ReplicationFixture(site);
  await s3.accounts();
  await makeBatchRole(site);
  for (const name of ['source', 'destination', 'manifests']) await s3.bucket(name);
  const context = batchContextOf(site);
  const region = site.site.regions.get('us-east-1');
  if (region === undefined) throw new Error('the site has no such region');

  /** Every task of a job. */
  const tasksOf = async (job: JobRow): Promise<JobTask[]> => {
    const tasks: JobTask[] = [];
    for await (const task of readTasks(context, region, job)) tasks.push(task);
    return tasks;
  };
  return {
    s3,
    site,
    clock,
    context,
    region,
    tasksOf,
    generate: (filter: ManifestFilter = { eligibleForReplication: true }): Promise<JobTask[]> =>
      tasksOf(jobRow({ source: { kind: 'generator', sourceBucket: 'arn:aws:s3:::source', filter } })),
    /** Stores a CSV manifest and reads it. */
    async readCsv(text: string, fields: readonly string[] = ['Bucket', 'Key']): Promise<JobTask[]> {
      await s3.put('manifests', 'list.csv', text);
      const stored = await s3.read('manifests', 'list.csv');
      return tasksOf(
        jobRow({
          source: {
            kind: 'manifest',
            format: 'S3BatchOperations_CSV_20180820',
            fields,
            objectArn: 'arn:aws:s3:::manifests/list.csv',
            etag: stored?.version.etag ?? '',
          },
        }),
      );
    },
  };
}

/** The row of an object as a PUT of nothing in particular makes it. */
export function objectVersion(
  more: Partial<ObjectVersion> & Pick<ObjectVersion, 'versionId' | 'stamp'>,
): ObjectVersion {
  return {
    kind: 'object',
    nullVersion: false,
    owner: '111122223333',
    replica: false,
    size: 1,
    etag: 'd41d8cd98f00b204e9800998ecf8427e',
    metadata: {},
    system: {},
    storageClass: 'STANDARD',
    encryption: 'AES256',
    bytes: [],
    ...more,
  };
}
