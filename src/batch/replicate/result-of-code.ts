import type { FailureCode } from '../../replication/failure-codes.ts';
import type { JobAnswerRow, TaskResult } from '../../store/tables/job-rows.ts';

/** As AWS's reports say it of a replication task that went well. */
export const REPLICATED: TaskResult = { succeeded: true, message: 'success' };

/** One sentence for each code that a replication task can end with (reference: s3-batch-replication 10). */
const SENTENCES: Readonly<Partial<Record<FailureCode, string>>> = {
  AssumeRoleNotPermitted: 'Role could not be assumed',
  DstBucketNotFound: 'Destination bucket does not exist',
  DstBucketUnversioned: 'Versioning is not enabled on the destination bucket',
  DstDelObjNotPermitted: 'Delete marker could not be replicated, permission missing on the destination',
  DstObjectHardDeleted: 'Version was deleted by its id in the destination bucket',
  DstPutObjectNotPermitted: 'Replica could not be written, permission missing on the destination',
  DstPutTaggingNotPermitted: 'Tags could not be written, permission missing on the destination',
  DstVersionNotFound: 'Version does not exist in the destination bucket',
  InitiateReplicationNotPermitted: 'Replication could not be started, permission missing on the source',
  InternalError: 'Version could not be replicated, however often it was tried',
  InvalidRequest: 'Version id is missing',
  SrcBucketInvalidRegion: 'Source bucket is not in the Region of the job',
  SrcBucketNotFound: 'Source bucket does not exist',
  SrcBucketReplicationConfigMissing: 'Source bucket has no replication configuration',
  SrcGetAclNotPermitted: 'ACL could not be read, permission missing on the source',
  SrcGetObjectNotPermitted: 'Version could not be read, permission missing on the source',
  SrcGetTaggingNotPermitted: 'Tags could not be read, permission missing on the source',
  SrcHeadObjectNotPermitted: 'Metadata could not be read, permission missing on the source',
  SrcKeyNotFound: 'Source key does not exist',
  SrcObjectNotEligible: 'Version is not eligible for replication',
  SrcVersionNotFound: 'Source version no longer exists',
};

/** AWS was seen to write 500 for SrcObjectNotEligible and 400 for InvalidRequest; the others are UNCONFIRMED
 * (reference 9.3). */
function httpStatusOf(code: string): number {
  if (code === 'SrcObjectNotEligible' || code === 'InternalError') return 500;
  if (code.endsWith('NotPermitted')) return 403;
  if (code.endsWith('NotFound') || code.endsWith('Missing')) return 404;
  return 400;
}

/** @param detail what our side knows beyond the code: which role, action or bucket */
export function resultOfCode(code: string, detail?: string): TaskResult {
  const sentence: string = Object.hasOwn(SENTENCES, code) ? (SENTENCES[code as FailureCode] ?? code) : code;
  const message = detail === undefined ? sentence : `${sentence} (${detail})`;
  return { succeeded: false, httpStatus: httpStatusOf(code), code, message };
}

/** What a task with these deliveries comes to: the failure of the first that failed, in the order given; null where one
 * was withdrawn and none failed, as the task never ran to its end. */
export function resultOfAnswers(answers: readonly JobAnswerRow[]): TaskResult | null {
  const failed = answers.find((answer) => answer.outcome === 'failed');
  if (failed !== undefined) return resultOfCode(failed.code, failed.reason);
  return answers.some(({ outcome }) => outcome === 'withdrawn') ? null : REPLICATED;
}
