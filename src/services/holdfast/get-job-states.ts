import { describeJob } from '../../batch/describe-job.ts';
import { findJob, type JobsOfAccount, requireJob } from '../../batch/find-job.ts';
import { jobArn } from '../../batch/job-arn.ts';
import { conditionsOfJob } from '../../batch/job-conditions.ts';
import { administrationInvalid } from '../../errors/holdfast.ts';
import { jobNotFound } from '../../errors/s3control.ts';
import {
  type AdministrationContext,
  type AdministrationOperation,
  accountOf,
  refuseUnknown,
  requireText,
} from './operation.ts';

/** Every state that a job of S3 Batch Operations entered, with its time and cause, which DescribeJob does not tell. Whoever
 * may describe the job may ask. */
export const getJobStates: AdministrationOperation = {
  async access(input, caller, context) {
    const account = accountOf(caller);
    const jobId = requireText(input, 'jobId');
    const region = requireText(input, 'region');
    const where = jobsOf(context, region, account);
    const found = where && (await findJob(where, jobId));
    return {
      action: 's3:DescribeJob',
      // A job that does not exist has an ARN, too: who may not ask is not told that it is missing.
      resource: jobArn(region, { account, jobId }),
      resourceAccount: account,
      conditions: {
        ...(found === undefined ? {} : conditionsOfJob(found.job)),
        'aws:RequestedRegion': region,
      },
    };
  },
  async handle(input, context, caller) {
    refuseUnknown(input, 'jobId', 'region');
    const jobId = requireText(input, 'jobId');
    const where = jobsOf(context, requireText(input, 'region'), accountOf(caller));
    if (where === undefined) throw administrationInvalid('region is no region of this site.');
    await requireJob(where, jobId);
    const described = await describeJob(where.store, jobId);
    if (described === undefined) throw jobNotFound(jobId);
    return {
      states: described.states.map(({ status, atMs, cause }) => ({
        status,
        at: new Date(atMs).toISOString(),
        ...(cause !== undefined && { cause }),
      })),
    };
  },
};

function jobsOf({ site }: AdministrationContext, region: string, account: string): JobsOfAccount | undefined {
  const store = site.regions.get(region)?.store;
  return store && { store, clock: site.clock, account };
}
