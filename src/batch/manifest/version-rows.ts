import type { Bucket } from '../../buckets/bucket.ts';
import type { Tags } from '../../objects/put-object.ts';
import { keyAfterPrefix } from '../../store/kv/tuple.ts';
import { deliveries } from '../../store/tables/deliveries.ts';
import { facets } from '../../store/tables/facets.ts';
import type { DeliveryRow } from '../../store/tables/rows.ts';
import type { VersionRun } from './scan-versions.ts';

/** The tags of each version of a run, in its order; one round of reads. */
export async function tagsOfVersions(bucket: Bucket, run: VersionRun): Promise<readonly Tags[]> {
  const stored = await bucket.region.store.get(
    run.map(({ key, row }) => facets.key(bucket.row.id, key, row.stamp)),
  );
  return stored.map((row) => (row === undefined ? [] : (facets.decode(row).tags?.value ?? [])));
}

/** The deliveries of each version of a run, in its order; one read, as they lie in the order of the versions. */
export async function deliveriesOfVersions(
  bucket: Bucket,
  run: VersionRun,
): Promise<readonly (readonly DeliveryRow[])[]> {
  if (!bucket.row.replicationSeen || run.length === 0) return run.map(() => []);
  const places = run.map(({ key, row }) => deliveries.versionRange(bucket.row.id, key, row.stamp).start);
  // Inside a key, runs go against the order of the rows.
  const sorted = places.toSorted((a, b) => Buffer.compare(a, b));
  const [start = Buffer.alloc(0)] = sorted;
  const end = keyAfterPrefix(sorted.at(-1) ?? start);
  const found = new Map<string, DeliveryRow[]>(places.map((place) => [place.toString('latin1'), []]));
  for (const row of await bucket.region.store.range({ start, end })) {
    const place = deliveries.versionOf(row).toString('latin1');
    found.get(place)?.push(deliveries.decode(row));
  }
  return places.map((place) => found.get(place.toString('latin1')) ?? []);
}
