import type { Bucket } from '../../buckets/bucket.ts';
import { messageOf } from '../../lib/error-message.ts';
import { versionStands } from '../../objects/commit-object.ts';
import type { ObjectsContext } from '../../objects/context.ts';
import { shownVersionId } from '../../objects/version-form.ts';
import { existingObjectTags } from '../../policy/existing-object-tags.ts';
import type { Destination, ReceiveOutcome } from '../destinations/destination.ts';
import { DestinationUnavailableError, SourceReadError } from '../destinations/destination.ts';
import { saysUnavailable } from '../destinations/unavailable.ts';
import { type FailureCode, ReplicationFailure } from '../failure-codes.ts';
import { type RoleAccess, type RoleSession, sourceOfRole } from '../role/role-access.ts';
import type { Claim } from '../worker/claim.ts';
import type { Outcome } from '../worker/outcome.ts';

/** What a task works with. */
export interface TaskContext {
  readonly objects: ObjectsContext;
  readonly roles: RoleAccess;
  readonly destinationOf: (bucket: Bucket) => Destination;
}

/** Both ends of one delivery and the role that acts on them. */
export interface Ends {
  readonly source: Bucket;
  readonly destination: Bucket;
  readonly session: RoleSession;
}

/** Whether the role may do this with the version at its source; policies may ask for its id and its tags. */
export function mayAtSource(
  { source, session }: Ends,
  { intent, version, facets }: Claim,
  action: string,
): boolean | Promise<boolean> {
  return session.may(action, source, intent.key, () => ({
    ...(version === undefined ? {} : { 's3:versionid': shownVersionId(version) }),
    ...existingObjectTags(action, facets.tags?.value ?? []),
  }));
}

/** @throws SourceReadError */
export async function standsAtSource({ source }: Ends, { intent }: Claim): Promise<boolean> {
  try {
    return await versionStands(source, intent.key, intent);
  } catch (error) {
    throw new SourceReadError(messageOf(error), { cause: error });
  }
}

/** Undefined where the source bucket is gone, and its versions with it.
 * @throws ReplicationFailure, DestinationUnavailableError */
export async function openEnds(context: TaskContext, { intent }: Claim): Promise<Ends | undefined> {
  const source = await context.objects.buckets.find(intent.sourceBucket);
  if (source?.row.id !== intent.sourceBucketId) return undefined;
  const session = await context.roles.session(intent.rule.role, sourceOfRole(source));
  if (!(await session.may('s3:GetReplicationConfiguration', source))) {
    throw new ReplicationFailure(
      'SrcBucketReplicationConfigMissing',
      `the role may not s3:GetReplicationConfiguration on ${source.row.name}`,
    );
  }
  const destination = await findDestination(context, intent.rule.destination, intent.class);
  if (destination === undefined) {
    throw new ReplicationFailure('DstBucketNotFound', `${intent.rule.destination} does not exist`);
  }
  return { source, destination, session };
}

/** Looking the destination up reads its own region's store: a failure there is the destination's. A bucket of a region
 * that is not served now is still there, and what is pending for it waits as for any region that cannot be reached. */
async function findDestination(
  { objects: { buckets } }: TaskContext,
  name: string,
  intentClass: Claim['intent']['class'],
): Promise<Bucket | undefined> {
  try {
    const found = await buckets.find(name);
    if (found !== undefined) return found;
    const region = (await buckets.claim(name))?.row.region;
    if (region === undefined || buckets.site.regions.has(region)) return undefined;
    const reason = `${name} is in ${region}, which is not served here now`;
    // A job is tried for as long as anything of it is, and then reported: nobody waits for its report for ever.
    throw intentClass === 'batch' ? new Error(reason) : new DestinationUnavailableError(reason);
  } catch (error) {
    if (saysUnavailable(error)) throw new DestinationUnavailableError(messageOf(error), { cause: error });
    throw error;
  }
}

function failed(code: FailureCode, reason: string): Outcome {
  return { kind: 'failed', code, reason, arrived: false };
}

/** The outcomes that mean the same for every kind of change. */
export function outcomeOf(received: ReceiveOutcome, { intent }: Claim): Outcome {
  const { destination } = intent.rule;
  switch (received.outcome) {
    case 'received':
      return { kind: 'delivered' };
    case 'unwanted':
      return { kind: 'gone' };
    case 'bucket-missing':
      return failed('DstBucketNotFound', `${destination} does not exist`);
    case 'bucket-unversioned':
      return failed('DstBucketUnversioned', `versioning is not Enabled on ${destination}`);
    case 'version-missing':
      return failed('DstVersionNotFound', `version ${intent.versionId} is not in ${destination}`);
    case 'hard-deleted':
      return hardDeleted(intent);
    case 'refused':
      return failed('DstPutObjectNotPermitted', `${destination} has other bytes as ${intent.versionId}`);
    case 'clock-skew':
      return {
        kind: 'retry',
        reason: `the clocks of source and destination differ by ${received.aheadMs} ms`,
      };
  }
}

/** A live delivery that meets its own removal was delivered before, and its settlement lost: it is done. */
function hardDeleted({ class: kind, kind: change, versionId, rule }: Claim['intent']): Outcome {
  const reason = `version ${versionId} was deleted in ${rule.destination}`;
  if (change === 'facets') return failed('DstVersionNotFound', reason);
  return kind === 'live' ? { kind: 'delivered' } : failed('DstObjectHardDeleted', reason);
}
