import type { KeyValueStore, Row, RowVersion } from '../../store/kv/key-value-store.ts';
import { decodeKey } from '../../store/kv/tuple.ts';
import { deliveries } from '../../store/tables/deliveries.ts';
import { facets } from '../../store/tables/facets.ts';
import {
  batchIntents,
  classOfKey,
  type IntentName,
  intents,
  parkedIntents,
} from '../../store/tables/intents.ts';
import { stampOfElement } from '../../store/tables/inverted-stamp.ts';
import type {
  DeliveryRow,
  FacetsRow,
  IntentClass,
  IntentKind,
  IntentRow,
  VersionRow,
} from '../../store/tables/rows.ts';
import { versions } from '../../store/tables/versions.ts';

/** An intent and all that a task must know about its version, of one moment. */
export interface Claim {
  readonly key: Buffer;
  readonly shard: number;
  readonly intent: IntentRow;
  readonly intentVersion: RowVersion;
  /** Absent where the version was deleted at the source. */
  readonly version?: VersionRow;
  readonly facets: FacetsRow;
  readonly delivery?: { readonly row: DeliveryRow; readonly version: RowVersion };
  /** What failed for good earlier about this version and destination, and is superseded once this is delivered. */
  readonly parked: readonly { readonly row: IntentRow; readonly version: RowVersion }[];
  /** Of a facets intent: whether the version itself is still to be delivered, live or by a batch job. */
  readonly objectPending: boolean;
}

const KINDS: readonly IntentKind[] = ['object', 'delete-marker', 'facets'];

interface Place {
  readonly class: IntentClass;
  readonly shard: number;
  readonly name: IntentName;
}

export function placeOfKey(key: Uint8Array): Place {
  const [, destination, shard, stamp, sourceBucketId, objectKey, kind] = decodeKey(key);
  return {
    class: classOfKey(key),
    shard: Number(shard),
    name: {
      sourceBucketId: String(sourceBucketId),
      key: String(objectKey),
      stamp: stampOfElement(stamp instanceof Uint8Array ? stamp : Buffer.alloc(0)),
      kind: KINDS.find((known) => known === kind) ?? 'object',
      rule: { destination: String(destination) },
    },
  };
}

/** Reads many claims in one round. Undefined where the intent is gone.
 * @throws StoreUnavailableError */
export async function readClaims(
  store: KeyValueStore,
  keys: readonly Buffer[],
): Promise<(Claim | undefined)[]> {
  const asked = keys.map((key) => {
    const place = placeOfKey(key);
    return { key, place, wanted: keysOf(key, place) };
  });
  const rows = await store.get(asked.flatMap(({ wanted }) => wanted));
  let at = 0;
  return asked.map(({ key, place, wanted }) => {
    at += wanted.length;
    return assemble(key, place, rows.slice(at - wanted.length, at));
  });
}

function keysOf(key: Buffer, { name }: Place): Buffer[] {
  const version = [name.sourceBucketId, name.key, name.stamp] as const;
  const { destination } = name.rule;
  const keys = [
    key,
    versions.key(...version),
    facets.key(...version),
    deliveries.key(...version, destination),
    parkedIntents.key({ ...name, kind: 'facets' }),
  ];
  if (name.kind !== 'facets') return [...keys, parkedIntents.twin(key)];
  const ofObject = { ...name, kind: 'object' as const };
  return [...keys, parkedIntents.key(ofObject), intents.key(ofObject), batchIntents.key(ofObject)];
}

function assemble(key: Buffer, place: Place, rows: readonly (Row | undefined)[]): Claim | undefined {
  const [intent, version, facet, delivery, parkedFacets, parkedVersion, live, batch] = rows;
  if (intent === undefined) return undefined;
  const parked = [parkedFacets, parkedVersion]
    .filter((row) => row !== undefined)
    .map((row) => ({ row: parkedIntents.decode(row), version: row.version }));
  return {
    key,
    shard: place.shard,
    intent: intents.decode(intent),
    intentVersion: intent.version,
    ...(version === undefined ? {} : { version: versions.decode(version) }),
    facets: facet === undefined ? {} : facets.decode(facet),
    ...(delivery === undefined
      ? {}
      : { delivery: { row: deliveries.decode(delivery), version: delivery.version } }),
    parked,
    objectPending: live !== undefined || batch !== undefined,
  };
}
