import { createAndFollow } from '../jobs/commands.ts';
import { createJob } from '../jobs/create-job.ts';
import type { JobRequest } from '../jobs/job-request.ts';
import { type JobsCall, printJson } from '../jobs/jobs-call.ts';
import { optional } from '../option-values.ts';
import type { CreatedRule } from './create-rule.ts';
import { type RuleRequest } from './rule-request.ts';

// As the console's.
const PRIORITY = 10;

/** A rule is for what is written from now on; what is there already, a batch job brings over, if the person wants it.
 * @returns the exit code */
export async function replicateExisting(
  call: JobsCall,
  rule: RuleRequest,
  created: CreatedRule,
): Promise<number> {
  const { aws, terminal, given } = call;
  const { flags, values } = given;
  const isWanted = await wantsExisting(call, rule, created);
  const request = jobRequest(rule, values.get('report-bucket'), { waits: !flags.has('batch') });
  if (flags.has('json')) {
    printJson({ ...created, ...(isWanted && { job: await createJob(aws, call, request) }) });
    return 0;
  }
  if (isWanted && flags.has('dry-run')) {
    terminal.say('The job would follow: holdfast jobs create --dry-run shows it once there is a rule.');
    return 0;
  }
  if (isWanted) return createAndFollow(call, request);
  if (created.added && !flags.has('dry-run')) {
    terminal.say(`For what is there already: holdfast jobs create ${rule.source}`);
  }
  return 0;
}

async function wantsExisting(
  { terminal, given: { flags } }: JobsCall,
  { account }: RuleRequest,
  { added, destinationPolicy }: CreatedRule,
): Promise<boolean> {
  if (flags.has('batch')) return true;
  if (flags.has('no-batch') || flags.has('dry-run') || !added) return false;
  const warning =
    destinationPolicy === undefined ? '' : ` (they fail until account ${account} has let the role in)`;
  return terminal.confirm(`Replicate existing objects?${warning}`, false);
}

function jobRequest(
  { source, prefix, destination }: RuleRequest,
  reportBucket: string | undefined,
  { waits }: { readonly waits: boolean },
): JobRequest {
  return {
    bucket: source,
    filter: {
      EligibleForReplication: true,
      ...optional('KeyNameConstraint', prefix === undefined ? undefined : { MatchAnyPrefix: [prefix] }),
    },
    report: { bucket: reportBucket ?? `${source}-reports`, failedOnly: false },
    priority: PRIORITY,
    description: `Replicate existing objects of ${source} to ${destination}`,
    role: 'new',
    waits,
  };
}
