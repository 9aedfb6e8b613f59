import { createJob } from '../../batch/create-job.ts';
import { jobArn } from '../../batch/job-arn.ts';
import { operationNameOf } from '../../batch/specification/operation.ts';
import { readSpecification } from '../../batch/specification.ts';
import type { Site } from '../../buckets/region.ts';
import { accessDenied } from '../../errors/s3.ts';
import { parseIamArn } from '../../identity/arn.ts';
import type { Identity } from '../../identity/identity.ts';
import { passRole } from '../../identity/pass-role.ts';
import { explainDecision } from '../../policy/explain.ts';
import type { AccessRequirement } from '../../wire/call.ts';
import { requestContext } from '../request-context.ts';
import { requestTags } from '../request-tags.ts';
import { jobsOf, type S3ControlCall, type S3ControlOperation } from './operation.ts';

/** AWS's name of the service that assumes a job's role. */
const PASSED_TO = 'batchoperations.s3.amazonaws.com';

/** The answer promises a job in New, and nothing more: what is wrong with buckets, roles and manifests makes the job
 * fail later. */
export function createJobOperation(site: Site, identity: Identity): S3ControlOperation<'CreateJob'> {
  return {
    access: (input, call) => {
      const { account } = jobsOf(site, call, input.AccountId);
      const operation = operationNameOf(input.Operation);
      const context = {
        's3:RequestJobPriority': String(input.Priority),
        ...(operation === undefined ? {} : { 's3:RequestJobOperation': operation }),
        ...requestTags(input.Tags),
      };
      const create: AccessRequirement = { action: 's3:CreateJob', resource: '*', context };
      if ((input.Tags ?? []).length === 0) return [create];
      // The job has no id yet.
      const resource = jobArn(call.region, { account, jobId: '*' });
      return [create, { action: 's3:PutJobTagging', resource, context }];
    },
    handle: async (input, call) => {
      const where = { ...jobsOf(site, call, input.AccountId), random: site.random };
      const specification = readSpecification(input);
      await checkPassRole(identity, call, specification.roleArn);
      return { JobId: await createJob(where, specification) };
    },
  };
}

/** Whoever may create jobs must not thereby act through a role that they could not use themselves. */
async function checkPassRole(identity: Identity, call: S3ControlCall, roleArn: string): Promise<void> {
  const { caller } = call;
  const role = parseIamArn(roleArn);
  if (role !== undefined && 'account' in caller && role.account !== caller.account) {
    throw accessDenied('Cross-account pass role is not allowed.');
  }
  const context = requestContext(call);
  const decision = await passRole(identity, { caller, roleArn, service: PASSED_TO, context });
  if (decision.decision === 'allow') return;
  const asked = { principal: caller, action: 'iam:PassRole', resource: roleArn, context };
  throw accessDenied(explainDecision(asked, decision));
}
