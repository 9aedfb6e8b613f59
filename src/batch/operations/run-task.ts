import type { Region } from '../../buckets/region.ts';
import { AwsError } from '../../errors/aws-error.ts';
import { messageOf } from '../../lib/error-message.ts';
import { saysUnavailable } from '../../replication/destinations/unavailable.ts';
import { ReplicationFailure } from '../../replication/failure-codes.ts';
import type { JobOperation, JobRow, JobTask, JobTaskName, TaskResult } from '../../store/tables/job-rows.ts';
import type { BatchContext } from '../context.ts';
import { putAcl } from './put-acl.ts';
import { putCopy } from './put-copy.ts';
import { putTagging } from './put-tagging.ts';
import { openTarget, type TaskTarget } from './target.ts';

/** What reports of AWS say of a task that did its work. */
const SUCCEEDED: TaskResult = { succeeded: true, message: 'Successful' };

/** Runs one task of any operation but S3ReplicateObject, as the job's role: the result is what the S3 operation of that
 * name would answer.
 * @param region the job's.
 * @param name of the task: a copy that it made before a crash is not made again.
 * @throws what may pass by itself, as StoreUnavailableError: the task has to be run again */
export async function runOperation(
  context: BatchContext,
  region: Region,
  job: JobRow,
  task: JobTask,
  name: JobTaskName,
): Promise<TaskResult> {
  try {
    await perform(context, job.operation, await openTarget(context, region, job, task), name);
    return SUCCEEDED;
  } catch (error) {
    return failedResult(context, job, task, error);
  }
}

async function perform(
  context: BatchContext,
  operation: JobOperation,
  target: TaskTarget,
  name: JobTaskName,
): Promise<void> {
  switch (operation.name) {
    case 'S3PutObjectTagging':
      return putTagging(context, target, operation.tags);
    case 'S3DeleteObjectTagging':
      return putTagging(context, target, undefined);
    case 'S3PutObjectAcl':
      return putAcl(context, target, operation.cannedAcl);
    case 'S3PutObjectCopy':
      return putCopy(context, target, operation.copy, name);
    case 'S3ReplicateObject':
      throw new Error('replication has tasks of its own');
  }
}

function failedResult(context: BatchContext, job: JobRow, task: JobTask, error: unknown): TaskResult {
  if (error instanceof ReplicationFailure) {
    return { succeeded: false, httpStatus: 403, code: error.code, message: error.message };
  }
  if (saysUnavailable(error)) throw error;
  if (error instanceof AwsError) {
    return { succeeded: false, httpStatus: error.status, code: error.code, message: error.message };
  }
  const { jobId } = job;
  context.logger.error({ cause: error, job: jobId, key: task.key }, 'a task of a batch job failed');
  return { succeeded: false, httpStatus: 500, code: 'InternalError', message: messageOf(error) };
}
