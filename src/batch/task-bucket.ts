import { bucketOfArn } from '../replication/configuration/arns.ts';
import type { JobRow, JobTask } from '../store/tables/job-rows.ts';

/** The bucket of tasks that name none; undefined where every line of the manifest names its own. */
export function sourceBucketName({ source }: Pick<JobRow, 'source'>): string | undefined {
  if (source.kind === 'manifest') return undefined;
  return bucketOfArn(source.sourceBucket) ?? source.sourceBucket;
}

export function taskBucketName(job: Pick<JobRow, 'source'>, task: JobTask): string {
  return task.bucket ?? sourceBucketName(job) ?? '';
}
