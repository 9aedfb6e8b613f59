import type { ObjectVersion } from '../../store/tables/rows.ts';
import type { FailureCode } from '../failure-codes.ts';
import type { Claim } from '../worker/claim.ts';
import type { Outcome } from '../worker/outcome.ts';
import { mayMoveTags } from './tag-permission.ts';
import { openEnds, outcomeOf, type TaskContext } from './task.ts';

/** Carries the present tags of a version to where that version already is. */
export async function copyFacets(
  context: TaskContext,
  claim: Claim,
  version: ObjectVersion,
): Promise<Outcome> {
  const delivered = claim.delivery?.row.delivered === true;
  if (!delivered) return claim.objectPending ? { kind: 'wait' } : neverArrived(claim);
  const ends = await openEnds(context, claim);
  if (ends === undefined) return { kind: 'gone' };
  const { key } = claim.intent;
  const withheld = await mayMoveTags(ends, claim);
  if (withheld !== undefined) return { kind: 'failed', arrived: true, ...withheld };
  const received = await context.destinationOf(ends.destination).receiveFacets({
    key,
    version: { versionId: version.versionId, stamp: version.stamp },
    facets: claim.facets,
  });
  // It is no longer where it once arrived, and a batch job is about to send it again.
  if (received.outcome === 'version-missing' && claim.objectPending) return { kind: 'wait' };
  return outcomeOf(received, claim);
}

/** The version itself failed for good after its tags were changed: the reason stays the version's. */
function neverArrived({ delivery, parked }: Claim): Outcome {
  if (delivery === undefined) return { kind: 'gone' };
  const ofVersion = parked.find(({ row }) => row.kind === 'object')?.row;
  // Rows hold no other codes than those that tasks ended with.
  const code = (ofVersion?.failureCode ?? delivery.row.failureCode) as FailureCode | undefined;
  return {
    kind: 'failed',
    code: code ?? 'DstVersionNotFound',
    reason: ofVersion?.lastError ?? 'the version itself could not be delivered',
    arrived: false,
  };
}
