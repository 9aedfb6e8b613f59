import type { JobRow } from '../store/tables/job-rows.ts';

/** What conditions of a policy may look at in a job.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html */
export function conditionsOfJob({
  operation,
  priority,
  tags,
  suspendedCause,
}: JobRow): Record<string, string> {
  return {
    's3:ExistingJobOperation': operation.name,
    's3:ExistingJobPriority': String(priority),
    ...(suspendedCause === undefined ? {} : { 's3:JobSuspendedCause': suspendedCause }),
    ...Object.fromEntries(tags.map(([key, value]) => [`aws:ResourceTag/${key}`, value])),
  };
}
