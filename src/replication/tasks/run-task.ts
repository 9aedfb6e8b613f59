import { messageOf } from '../../lib/error-message.ts';
import { DestinationUnavailableError, SourceReadError } from '../destinations/destination.ts';
import { saysUnavailable, saysUnreadable } from '../destinations/unavailable.ts';
import { ReplicationFailure } from '../failure-codes.ts';
import type { Claim } from '../worker/claim.ts';
import type { Outcome } from '../worker/outcome.ts';
import { copyDeleteMarker } from './copy-delete-marker.ts';
import { copyFacets } from './copy-facets.ts';
import { copyVersion } from './copy-version.ts';
import type { TaskContext } from './task.ts';

/** One attempt. Never throws: whatever happens is an outcome. */
export async function runTask(context: TaskContext, claim: Claim): Promise<Outcome> {
  try {
    return await dispatch(context, claim);
  } catch (error) {
    if (error instanceof ReplicationFailure) {
      return { kind: 'failed', code: error.code, reason: error.message, arrived: error.arrived };
    }
    const reason = messageOf(error);
    if (error instanceof DestinationUnavailableError) return { kind: 'destination-unavailable', reason };
    // Damaged or missing bytes are this object's trouble; a source that cannot serve is everybody's.
    if (error instanceof SourceReadError && (!saysUnavailable(error) || saysUnreadable(error))) {
      return { kind: 'retry', reason };
    }
    if (saysUnavailable(error)) return { kind: 'source-unavailable', reason };
    return { kind: 'retry', reason };
  }
}

function dispatch(context: TaskContext, claim: Claim): Promise<Outcome> | Outcome {
  const { intent, version } = claim;
  if (version === undefined) return { kind: 'gone' };
  if (intent.kind === 'delete-marker') {
    return version.kind === 'delete-marker' ? copyDeleteMarker(context, claim, version) : { kind: 'gone' };
  }
  if (version.kind !== 'object') return { kind: 'gone' };
  return intent.kind === 'object'
    ? copyVersion(context, claim, version)
    : copyFacets(context, claim, version);
}
