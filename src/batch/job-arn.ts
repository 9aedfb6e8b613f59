import type { JobRow } from '../store/tables/job-rows.ts';

/** As AWS writes it (reference: s3-batch-replication 2.4). */
export function jobArn(region: string, { account, jobId }: Pick<JobRow, 'account' | 'jobId'>): string {
  return `arn:aws:s3:${region}:${account}:job/${jobId}`;
}
