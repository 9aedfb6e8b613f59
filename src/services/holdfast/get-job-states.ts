import { describeJob } from '../../batch/describe-job.ts';
import { findJob, isForgotten } from '../../batch/find-job.ts';
import { jobArn } from '../../batch/job-arn.ts';
import { conditionsOfJob } from '../../batch/job-conditions.ts';
import { AwsError } from '../../errors/aws-error.ts';
import { jobNotFound } from '../../errors/s3control.ts';
import { type AdministrationOperation, accountOf, refuseUnknown, requireText } from './operation.ts';

/** Every state that a job of S3 Batch Operations entered, with its time and cause, which DescribeJob does not tell. Whoever
 * may describe the job may ask. */
export const getJobStates: AdministrationOperation = {
  async access(input, caller, { site }) {
    const account = accountOf(caller);
    const jobId = requireText(input, 'jobId');
    const region = requireText(input, 'region');
    const store = site.regions.get(region)?.store;
    const found = store && (await findJob({ store, clock: site.clock, account }, jobId));
    return {
      action: 's3:DescribeJob',
      // A job that does not exist has an ARN, too: who may not ask is not told that it is missing.
      resource: jobArn(region, { account, jobId }),
      resourceAccount: account,
      conditions: found === undefined ? {} : conditionsOfJob(found.job),
    };
  },
  async handle(input, { site }, caller) {
    refuseUnknown(input, 'jobId', 'region');
    const jobId = requireText(input, 'jobId');
    const region = site.regions.get(requireText(input, 'region'));
    if (region === undefined) throw new AwsError('ValidationError', 400, 'region is no region of this site.');
    const found = await describeJob(region.store, jobId);
    const isTheirs = found?.job.account === accountOf(caller);
    if (found === undefined || !isTheirs || isForgotten(found.job, site.clock.now()))
      throw jobNotFound(jobId);
    return {
      states: found.states.map(({ status, atMs, cause }) => ({
        status,
        at: new Date(atMs).toISOString(),
        ...(cause !== undefined && { cause }),
      })),
    };
  },
};
