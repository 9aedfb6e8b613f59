import type { Bucket } from '../../buckets/bucket.ts';
import { messageOf } from '../../lib/error-message.ts';
import { openBytes } from '../../objects/open-bytes.ts';
import { readSealed, soleInline } from '../../objects/read-sealed.ts';
import type { FacetsRow, ObjectVersion } from '../../store/tables/rows.ts';
import { SourceReadError, type SourceVersion } from '../destinations/destination.ts';
import { type FailureCode, ReplicationFailure } from '../failure-codes.ts';
import type { ReplicaRecord } from '../replica-record.ts';
import type { Claim } from '../worker/claim.ts';
import type { Outcome } from '../worker/outcome.ts';
import { mayMoveTags } from './tag-permission.ts';
import { type Ends, mayAtSource, openEnds, outcomeOf, standsAtSource, type TaskContext } from './task.ts';

/** Copies an object with everything that a replica keeps. Without the right to its tags it arrives without them, and
 * the source says FAILED, as AWS was seen to do (reference: s3-replication 4 and 5.1). */
export async function copyVersion(
  context: TaskContext,
  claim: Claim,
  version: ObjectVersion,
): Promise<Outcome> {
  const ends = await openEnds(context, claim);
  if (ends === undefined) return { kind: 'gone' };
  await checkSource(ends, claim);
  await checkDestination(ends, claim);
  const withheld = await tagsWithheld(ends, claim);
  const record = recordOf(ends, claim, version, withheld === undefined ? claim.facets : {});
  const received = await context
    .destinationOf(ends.destination)
    .receiveVersion(record, sourceVersion(context, ends, claim, version));
  const outcome = outcomeOf(received, claim);
  if (outcome.kind !== 'delivered' || withheld === undefined) return outcome;
  return { kind: 'failed', arrived: true, ...withheld };
}

async function checkSource(ends: Ends, claim: Claim): Promise<void> {
  const { name } = ends.source.row;
  const readable =
    (await mayAtSource(ends, claim, 's3:GetObjectVersionForReplication')) ||
    (await mayAtSource(ends, claim, 's3:GetObjectVersion'));
  if (!readable) {
    throw new ReplicationFailure(
      'SrcGetObjectNotPermitted',
      `the role may neither s3:GetObjectVersionForReplication nor s3:GetObjectVersion in ${name}`,
    );
  }
  if (!(await mayAtSource(ends, claim, 's3:GetObjectVersionAcl'))) {
    throw new ReplicationFailure(
      'SrcGetAclNotPermitted',
      `the role may not s3:GetObjectVersionAcl in ${name}`,
    );
  }
}

async function checkDestination({ destination, session }: Ends, { intent }: Claim): Promise<void> {
  const needed = ['s3:ReplicateObject'];
  // Where it owns them in any case, the override asks for nothing more (reference: s3-replication 3.3).
  if (intent.rule.ownerOverride && !ownsItsObjects(destination))
    needed.push('s3:ObjectOwnerOverrideToBucketOwner');
  for (const action of needed) {
    if (await session.may(action, destination, intent.key)) continue;
    throw new ReplicationFailure(
      'DstPutObjectNotPermitted',
      `the role may not ${action} in ${destination.row.name}`,
    );
  }
  const { account } = intent.rule;
  if (account !== undefined && account !== destination.row.owner) {
    throw new ReplicationFailure(
      'DstPutObjectNotPermitted',
      `the rule names another account than the owner of ${destination.row.name}`,
    );
  }
}

function ownsItsObjects({ row }: Bucket): boolean {
  return row.ownershipControls === 'BucketOwnerEnforced';
}

async function tagsWithheld(
  ends: Ends,
  claim: Claim,
): Promise<{ code: FailureCode; reason: string } | undefined> {
  const tagged = (claim.facets.tags?.value.length ?? 0) > 0;
  return tagged ? await mayMoveTags(ends, claim) : undefined;
}

function recordOf(
  { destination }: Ends,
  { intent }: Claim,
  version: ObjectVersion,
  facets: FacetsRow,
): ReplicaRecord {
  const { bytes: _bytes, replica: _replica, ...kept } = version;
  const { ownerOverride, storageClass } = intent.rule;
  return {
    key: intent.key,
    version: kept,
    facets,
    // Where the bucket's owner owns everything in it, a replica is no exception (reference 3.2).
    ...(ownerOverride || ownsItsObjects(destination) ? { owner: destination.row.owner } : {}),
    ...(storageClass === undefined ? {} : { storageClass }),
  };
}

function sourceVersion(
  context: TaskContext,
  ends: Ends,
  claim: Claim,
  version: ObjectVersion,
): SourceVersion {
  const stands = () => standsAtSource(ends, claim);
  const open = () => plainBytes(context, ends, claim, version);
  const locator = soleInline(version);
  if (locator === undefined) return { stands, open };
  const { intent } = claim;
  const sealed = () =>
    readSealed(context.objects, ends.source, intent.key, version, locator).catch(blameSource);
  return { stands, open, sealed };
}

async function* plainBytes(
  context: TaskContext,
  { source }: Ends,
  { intent }: Claim,
  version: ObjectVersion,
): AsyncGenerator<Buffer> {
  const bytes = openBytes(context.objects, source, intent.key, version, { start: 0, end: version.size });
  const reader = bytes[Symbol.asyncIterator]();
  try {
    for (;;) {
      const chunk = await reader.next().catch(blameSource);
      if (chunk.done === true) return;
      yield chunk.value;
    }
  } finally {
    await reader.return?.();
  }
}

function blameSource(error: unknown): never {
  throw new SourceReadError(messageOf(error), { cause: error });
}
