import type { Bucket } from '../buckets/bucket.ts';
import { ABSENT, type Write } from '../store/kv/key-value-store.ts';
import { facets } from '../store/tables/facets.ts';
import { listing } from '../store/tables/listing.ts';
import { nullVersions } from '../store/tables/null-versions.ts';
import type { FacetsRow, VersionRow } from '../store/tables/rows.ts';
import { tombstones } from '../store/tables/tombstones.ts';
import { versionStands } from './commit-object.ts';
import { commitOnBucket, type Preparation } from './commit-on-bucket.ts';
import type { ObjectsContext } from './context.ts';
import { mergeFacets } from './merge-facets.ts';
import { discardBytes } from './receive-body.ts';
import { type ReplicaBytes, receiveReplica } from './receive-replica.ts';
import { prepareRemoval } from './removal.ts';
import { type ExistingReplica, type ReplicaPlace, readReplicaPlace } from './replica-place.ts';
import { Tally } from './tally.ts';
import { listingRowOf } from './version-form.ts';
import { incarnationChecks, notGarbageChecks, versionCheck, versionWrites } from './version-writes.ts';

/** A version as it stands at its source. */
export interface Replica {
  readonly key: string;
  /** The source's row; its locators and `replica` are ignored. */
  readonly version: VersionRow;
  readonly facets: FacetsRow;
  /** The whole plaintext in order; asked at most once, only when the bytes are needed. Absent for a marker. */
  readonly openBytes?: () => AsyncIterable<Buffer>;
  /** Asked instead where it is there: the bytes as another bucket of this site holds them, known to be whole. */
  readonly sealedBytes?: () => Promise<ReplicaBytes>;
  /** Whether it still stands at its source; asked when its bytes are here, which may take long. */
  readonly stillWanted?: () => Promise<boolean>;
  /** Owner override: the destination's account. */
  readonly owner?: string;
  readonly storageClass?: string;
}

export type ApplyOutcome =
  /** The version is here now, with these bytes and at least these facets. */
  | { readonly outcome: 'applied' | 'already-there' }
  /** A newer null of the same source is here: this one has nothing left to say. */
  | { readonly outcome: 'superseded' }
  /** It was removed here by its id and must not come back. */
  | { readonly outcome: 'hard-deleted' }
  /** It was removed at its source before it was here. */
  | { readonly outcome: 'unwanted' }
  /** Versioning is not Enabled here. */
  | { readonly outcome: 'bucket-unversioned' }
  /** Retry: the source's clock, or ours, is more than 15 minutes off. */
  | { readonly outcome: 'clock-skew'; readonly aheadMs: number }
  /** A version with this id or place has other bytes. */
  | { readonly outcome: 'refused' };

/** Idempotent and commutative (DESIGN decision 9): any order and repetition gives the same bucket. The version keeps
 * its id, stamp, ETag, part layout, checksums and metadata; its stamp decides where it stands among the others.
 * @throws AwsError NoSuchBucket; ReplicaBytesError when the bytes are not those that the version names (retry); what
 *   the replica's own functions throw */
export async function applyReplica(
  context: ObjectsContext,
  bucket: Bucket,
  replica: Replica,
): Promise<ApplyOutcome> {
  // Before the first version: whoever reads one must find the bucket marked.
  const marked = bucket.row.replicationSeen
    ? bucket
    : await context.buckets.update(bucket, (row) =>
        row.replicationSeen ? row : { ...row, replicationSeen: true },
      );
  let bytes: ReplicaBytes | undefined;
  let named = false;
  try {
    const { result } = await commitOnBucket(
      context,
      marked,
      async (current, doubtful): Promise<Preparation<ApplyOutcome>> => {
        const place = await readReplicaPlace(current, replica, context.site.clock.now());
        if ('outcome' in place) return { settled: place };
        if (place.existing !== undefined) return prepareFacets(current, replica, place.existing);
        bytes ??= await bytesOf(context, current, replica);
        // What is removed between this answer and the commit still arrives: the two stores share no commit.
        if ((await replica.stillWanted?.()) === false) return { settled: { outcome: 'unwanted' } };
        return prepareReplica(context, current, replica, place, bytes, doubtful);
      },
      () => {
        named = true;
      },
    );
    // A commit that names the bytes is the only way to this outcome with bytes in hand.
    named ||= result.outcome === 'applied';
    return result;
  } finally {
    if (bytes !== undefined && !named) await discardBytes(bucket.region, bytes.bytes);
  }
}

async function bytesOf(context: ObjectsContext, bucket: Bucket, replica: Replica): Promise<ReplicaBytes> {
  const { version, openBytes, sealedBytes } = replica;
  if (version.kind === 'delete-marker' || version.size === 0) return { bytes: [], inline: [] };
  if (sealedBytes !== undefined) return sealedBytes();
  if (openBytes === undefined) throw new TypeError('a replica of an object comes with its bytes');
  return receiveReplica(context, bucket.region, version, openBytes);
}

function prepareFacets(
  bucket: Bucket,
  { key, facets: theirs }: Replica,
  existing: ExistingReplica,
): Preparation<ApplyOutcome> {
  const { row, rowVersion } = existing;
  const merged = mergeFacets(existing.facets, theirs);
  if (merged === existing.facets) return { settled: { outcome: 'already-there' } };
  const { id } = bucket.row;
  return {
    checks: [
      versionCheck(bucket, key, row, rowVersion),
      facets.check(existing.facetsVersion, id, key, row.stamp),
    ],
    writes: [facets.put(merged, id, key, row.stamp)],
    result: { outcome: 'already-there' },
    // Merging twice is merging once.
    happened: async () => false,
  };
}

async function prepareReplica(
  context: ObjectsContext,
  bucket: Bucket,
  replica: Replica,
  place: ReplicaPlace,
  bytes: ReplicaBytes,
  doubtful: boolean,
): Promise<Preparation<ApplyOutcome>> {
  const { key } = replica;
  const { id } = bucket.row;
  const row = replicaRow(bucket, replica, bytes);
  const tally = new Tally();
  const { newest, nullStamp, replacedNull } = place;
  const removal =
    replacedNull === undefined
      ? undefined
      : await prepareRemoval(bucket, key, replacedNull, tally, context.site.clock.now());
  tally.version(id, row, 1);
  // The listing row is written also where an older version slots in: it is the key's lock.
  const listed = newest === undefined || newest.stamp < row.stamp ? listingRowOf(row) : newest;
  const writes: Write[] = [
    ...(removal?.writes ?? []),
    ...versionWrites(bucket, key, row, replica.facets, bytes.inline, true),
    listing.put(id, key, listed),
  ];
  if (row.nullVersion && (nullStamp === undefined || nullStamp < row.stamp)) {
    writes.push(nullVersions.put({ stamp: row.stamp }, id, key));
  }
  return {
    checks: [
      listing.check(place.listingVersion, id, key),
      // A key without versions has no listing row to tell that one came and went.
      tombstones.check(ABSENT, id, key, row.stamp),
      ...(row.kind === 'object' ? incarnationChecks(context, bucket, row.bytes) : []),
      ...(removal?.checks ?? []),
      ...(doubtful ? notGarbageChecks(row) : []),
    ],
    writes: [...writes, ...tally.writes()],
    result: { outcome: 'applied' },
    happened: () => versionStands(bucket, key, row),
  };
}

function replicaRow(bucket: Bucket, replica: Replica, { bytes }: ReplicaBytes): VersionRow {
  const { version, storageClass } = replica;
  const owner = replica.owner ?? ownerHere(bucket, version.owner);
  if (version.kind === 'delete-marker') return { ...version, owner, replica: true };
  return {
    ...version,
    owner,
    replica: true,
    ...(storageClass === undefined ? {} : { storageClass }),
    bytes,
  };
}

/** Under BucketOwnerEnforced the bucket's owner owns every object in it. */
function ownerHere(bucket: Bucket, source: string): string {
  return bucket.row.ownershipControls === 'BucketOwnerEnforced' ? bucket.row.owner : source;
}
