import type { DeleteMarkerVersion } from '../../store/tables/rows.ts';
import { ReplicationFailure } from '../failure-codes.ts';
import type { Claim } from '../worker/claim.ts';
import type { Outcome } from '../worker/outcome.ts';
import { openEnds, outcomeOf, standsAtSource, type TaskContext } from './task.ts';

/** Makes the same marker, with the same version id and time, at the destination. */
export async function copyDeleteMarker(
  context: TaskContext,
  claim: Claim,
  marker: DeleteMarkerVersion,
): Promise<Outcome> {
  const ends = await openEnds(context, claim);
  if (ends === undefined) return { kind: 'gone' };
  const { source, destination, session } = ends;
  const { key } = claim.intent;
  if (!(await session.may('s3:ListBucket', source))) {
    throw new ReplicationFailure(
      'SrcHeadObjectNotPermitted',
      `the role may not s3:ListBucket on ${source.row.name}`,
    );
  }
  if (!(await session.may('s3:ReplicateDelete', destination, key))) {
    throw new ReplicationFailure(
      'DstDelObjNotPermitted',
      `the role may not s3:ReplicateDelete in ${destination.row.name}`,
    );
  }
  const { replica: _, ...version } = marker;
  const received = await context
    .destinationOf(destination)
    .receiveVersion(
      { key, version, facets: {}, owner: destination.row.owner },
      { stands: () => standsAtSource(ends, claim), open: noBytes },
    );
  return outcomeOf(received, claim);
}

async function* noBytes(): AsyncGenerator<Buffer> {
  // A marker has none.
}
