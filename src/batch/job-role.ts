import type { RoleSession } from '../replication/role/role-access.ts';
import type { JobRow } from '../store/tables/job-rows.ts';
import type { BatchContext } from './context.ts';

/** The job's role, assumed for the job's account. AWS documents no aws:SourceArn of jobs.
 * @throws ReplicationFailure AssumeRoleNotPermitted */
export function jobRole(
  context: BatchContext,
  { roleArn, account }: Pick<JobRow, 'roleArn' | 'account'>,
): RoleSession | Promise<RoleSession> {
  return context.roles.session(roleArn, { account });
}
