import type { Bucket } from '../buckets/bucket.ts';
import { listingRowOf } from '../objects/version-form.ts';
import { decodeKey, encodeKey, type KeyElement, prefixRange } from '../store/kv/tuple.ts';
import { claimedBlobs } from '../store/tables/claimed-blobs.ts';
import { deliveries } from '../store/tables/deliveries.ts';
import { facets } from '../store/tables/facets.ts';
import { garbage } from '../store/tables/garbage.ts';
import { PENDING_TABLES } from '../store/tables/intents.ts';
import { stampOfElement, stampOfInvertedElement } from '../store/tables/inverted-stamp.ts';
import { listing } from '../store/tables/listing.ts';
import { nullVersions } from '../store/tables/null-versions.ts';
import type { VersionRow } from '../store/tables/rows.ts';
import { TABLES } from '../store/tables/table-numbers.ts';
import { versions } from '../store/tables/versions.ts';
import type { ObjectsBench } from './objects-bench.ts';

/** Every sentence that the rows of a bucket, taken together, must not say. Empty: all is well. */
export async function inconsistencies(bench: ObjectsBench, bucket: Bucket): Promise<string[]> {
  const { store } = bench.region;
  const { id } = bucket.row;
  const found: string[] = [];
  const byKey = new Map<string, VersionRow[]>();
  const places = new Set<string>();
  const inline = new Set<string>();
  const blobs = new Set<string>();
  for (const stored of await store.range(versions.bucketRange(id))) {
    const key = versions.objectKeyOf(stored);
    const row = versions.decode(stored);
    byKey.set(key, [...(byKey.get(key) ?? []), row]);
    places.add(`${key}@${row.stamp}`);
    if (row.kind !== 'object') continue;
    for (const [part, locator] of row.bytes.entries()) {
      if (locator.kind === 'inline') inline.add(`${key}@${row.stamp}#${part}`);
      else blobs.add(locator.blob);
    }
  }
  const place = (elements: readonly KeyElement[]) =>
    `${String(elements[2])}@${elements[3] instanceof Uint8Array ? stampOfInvertedElement(elements[3]) : ''}`;
  const rowsOf = async (range: { start: Buffer; end: Buffer }) =>
    (await store.range(range)).map((row) => decodeKey(row.key));

  const listed = new Map(
    (await store.range(listing.range(id))).map((row) => [listing.objectKeyOf(row), listing.decode(row)]),
  );
  for (const [key, rows] of byKey) {
    const [newest] = rows;
    const expected = newest === undefined ? '' : JSON.stringify(listingRowOf(newest));
    if (JSON.stringify(listed.get(key)) !== expected)
      found.push(`${key} lists another version than its newest`);
    const newestNull = rows.find((row) => row.nullVersion)?.stamp;
    const [pointer] = await store.get([nullVersions.key(id, key)]);
    const pointed = pointer === undefined ? undefined : nullVersions.decode(pointer).stamp;
    if (pointed !== newestNull) found.push(`null of ${key} is ${pointed}, not ${newestNull}`);
  }
  for (const key of listed.keys()) if (!byKey.has(key)) found.push(`${key} is listed without versions`);
  for (const [, , key] of await rowsOf(nullVersions.range(id))) {
    if (!byKey.has(String(key))) found.push(`${String(key)} has a null without versions`);
  }
  for (const elements of await rowsOf(facets.bucketRange(id))) {
    if (!places.has(place(elements))) found.push(`facets of ${place(elements)}, which is gone`);
  }
  for (const elements of await rowsOf(deliveries.bucketRange(id))) {
    if (!places.has(place(elements))) found.push(`a delivery of ${place(elements)}, which is gone`);
  }
  const pending = await Promise.all(
    PENDING_TABLES.map(async (table) => (await store.range(table.range())).map((row) => table.decode(row))),
  );
  for (const intent of pending.flat()) {
    if (intent.sourceBucketId === id && !places.has(`${intent.key}@${intent.stamp}`)) {
      found.push(`an intent of ${intent.key}@${intent.stamp}, which is gone`);
    }
  }
  const sealed = await rowsOf(prefixRange(encodeKey(TABLES.inlineBytes)));
  const sealedPlaces = new Set(
    sealed
      .filter(([, , bucketId]) => bucketId === id)
      .map(([, stamp, , key, part]) => `${String(key)}@${stampOf(stamp)}#${String(part)}`),
  );
  for (const name of inline)
    if (!sealedPlaces.has(name)) found.push(`the inline bytes of ${name} are missing`);
  for (const name of sealedPlaces)
    if (!inline.has(name)) found.push(`the inline bytes of ${name} are nobody's`);
  return [...found, ...(await blobInconsistencies(bench, blobs))];
}

function stampOf(element: KeyElement | undefined): string {
  return element instanceof Uint8Array ? stampOfElement(element) : '';
}

/** Only where this bucket is the site's only one. */
async function blobInconsistencies(
  { region, blobs }: ObjectsBench,
  named: ReadonlySet<string>,
): Promise<string[]> {
  const found: string[] = [];
  const removed = new Set(
    (await region.store.range(garbage.range())).flatMap((row) => [...garbage.decode(row).blobs]),
  );
  const claimed = new Set(
    (await region.store.range(claimedBlobs.range())).map((row) => String(decodeKey(row.key)[1])),
  );
  for (const blob of named) {
    if (!blobs.files.has(blob)) found.push(`${blob} is missing`);
    if (removed.has(blob)) found.push(`${blob} is garbage and named`);
    if (!claimed.has(blob)) found.push(`${blob} is named and not claimed`);
  }
  for (const blob of claimed) {
    if (!named.has(blob) && !removed.has(blob)) found.push(`${blob} is claimed and lost`);
  }
  return found;
}
