import type { FailureCode } from '../failure-codes.ts';
import type { Claim } from '../worker/claim.ts';
import { type Ends, mayAtSource } from './task.ts';

/** Why the role may not carry an object's tags over, or undefined. `s3:ReplicateObject` covers `s3:ReplicateTags`
 * unless that is denied explicitly (reference: s3-replication 5.1). */
export async function mayMoveTags(
  ends: Ends,
  claim: Claim,
): Promise<{ code: FailureCode; reason: string } | undefined> {
  const { source, destination, session } = ends;
  const { key } = claim.intent;
  if (!(await mayAtSource(ends, claim, 's3:GetObjectVersionTagging'))) {
    return {
      code: 'SrcGetTaggingNotPermitted',
      reason: `the role may not s3:GetObjectVersionTagging in ${source.row.name}`,
    };
  }
  const allowed =
    (await session.may('s3:ReplicateTags', destination, key)) ||
    (!(await session.denied('s3:ReplicateTags', destination, key)) &&
      (await session.may('s3:ReplicateObject', destination, key)));
  if (allowed) return undefined;
  return {
    code: 'DstPutTaggingNotPermitted',
    reason: `the role may not s3:ReplicateTags in ${destination.row.name}`,
  };
}
