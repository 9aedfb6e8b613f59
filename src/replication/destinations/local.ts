import type { Bucket } from '../../buckets/bucket.ts';
import { AwsError } from '../../errors/aws-error.ts';
import { messageOf } from '../../lib/error-message.ts';
import { applyFacets } from '../../objects/apply-facets.ts';
import { applyReplica } from '../../objects/apply-replica.ts';
import type { ObjectsContext } from '../../objects/context.ts';
import type { FacetsRecord, ReplicaRecord } from '../replica-record.ts';
import {
  type Destination,
  DestinationUnavailableError,
  type ReceiveOutcome,
  SourceReadError,
  type SourceVersion,
} from './destination.ts';
import { saysUnavailable } from './unavailable.ts';

/** A bucket of this site, in any of its regions. */
export class LocalDestination implements Destination {
  readonly #context: ObjectsContext;
  readonly #bucket: Bucket;

  constructor(context: ObjectsContext, bucket: Bucket) {
    this.#context = context;
    this.#bucket = bucket;
  }

  receiveVersion(record: ReplicaRecord, { stands, open, sealed }: SourceVersion): Promise<ReceiveOutcome> {
    const { version } = record;
    return received(async () =>
      version.kind === 'object'
        ? await applyReplica(this.#context, this.#bucket, {
            ...record,
            version: { ...version, bytes: [], replica: true },
            openBytes: open,
            stillWanted: stands,
            ...(sealed === undefined ? {} : { sealedBytes: sealed }),
          })
        : await applyReplica(this.#context, this.#bucket, {
            ...record,
            version: { ...version, replica: true },
            stillWanted: stands,
          }),
    );
  }

  receiveFacets(record: FacetsRecord): Promise<ReceiveOutcome> {
    return received(() => applyFacets(this.#context, this.#bucket, record));
  }
}

type Applied = Awaited<ReturnType<typeof applyReplica>> | Awaited<ReturnType<typeof applyFacets>>;

async function received(apply: () => Promise<Applied>): Promise<ReceiveOutcome> {
  try {
    const applied = await apply();
    switch (applied.outcome) {
      case 'applied':
      case 'already-there':
      case 'superseded':
        return { outcome: 'received' };
      default:
        return applied;
    }
  } catch (error) {
    if (error instanceof SourceReadError) throw error;
    if (error instanceof AwsError && error.code === 'NoSuchBucket') return { outcome: 'bucket-missing' };
    if (saysUnavailable(error)) throw new DestinationUnavailableError(messageOf(error), { cause: error });
    throw error;
  }
}
