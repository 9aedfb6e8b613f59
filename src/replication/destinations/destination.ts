import type { ReplicaBytes } from '../../objects/receive-replica.ts';
import type { FacetsRecord, ReplicaRecord } from '../replica-record.ts';

/** What a destination did with what it was sent. */
export type ReceiveOutcome =
  /** It is there now, or was before, or a newer null of the same source is. */
  | { readonly outcome: 'received' }
  | { readonly outcome: 'bucket-missing' }
  | { readonly outcome: 'bucket-unversioned' }
  /** Removed at its source while it was on its way: it is not there. */
  | { readonly outcome: 'unwanted' }
  /** Removed there by its id: it must not come back. */
  | { readonly outcome: 'hard-deleted' }
  /** Facets of a version that is not there. */
  | { readonly outcome: 'version-missing' }
  /** Other bytes are there under this version id. */
  | { readonly outcome: 'refused' }
  /** The clocks of both sides are too far apart. */
  | { readonly outcome: 'clock-skew'; readonly aheadMs: number };

/** A version at its source. Its bytes are asked for at most once, in one of the two ways, only where they are needed. */
export interface SourceVersion {
  /** Asked once more when the bytes have come: what was removed meanwhile must not arrive. */
  readonly stands: () => Promise<boolean>;
  /** The whole plaintext. */
  readonly open: () => AsyncIterable<Buffer>;
  /** For a destination under the same keyring: sealed as they are, and known to be whole. Absent where that cannot be. */
  readonly sealed?: () => Promise<ReplicaBytes>;
}

/** Where replicas go. Receiving is idempotent: the same may be sent any number of times, late and out of order.
 * Every method throws DestinationUnavailableError when the destination as a whole cannot serve, and anything else
 * when only this object could not be received. */
export interface Destination {
  receiveVersion(record: ReplicaRecord, source: SourceVersion): Promise<ReceiveOutcome>;
  receiveFacets(record: FacetsRecord): Promise<ReceiveOutcome>;
}

export class DestinationUnavailableError extends Error {
  override readonly name = 'DestinationUnavailableError';
}

/** Wraps what failed on the reading side of a copy, so that it is not blamed on the destination. */
export class SourceReadError extends Error {
  override readonly name = 'SourceReadError';
}
