import type { Bucket } from '../../buckets/bucket.ts';
import { reachedEnd } from '../../store/kv/bounded-range.ts';
import type { KeyedRow, KeyValueStore } from '../../store/kv/key-value-store.ts';
import { encodeOpenKey, keyAfterPrefix } from '../../store/kv/tuple.ts';
import { nullVersions } from '../../store/tables/null-versions.ts';
import type { VersionHead } from '../../store/tables/rows.ts';
import { TABLES } from '../../store/tables/table-numbers.ts';
import { versions } from '../../store/tables/versions.ts';
import { SCAN_BYTES, SCAN_ROWS_MAX } from './limits.ts';

export interface ScannedVersion {
  readonly key: string;
  readonly row: VersionHead;
  /** As on the wire: `null` for the version that this stands for. */
  readonly versionId: string;
}

/** Versions of consecutive places. */
export type VersionRun = readonly ScannedVersion[];

/** Every version and delete marker of the keys that begin with `prefix`: keys in the order of their bytes, the versions of
 * a key oldest first, so that they are delivered before the marker above them. They lie newest first: a key whose
 * versions fit one read is turned around, one with more is read backwards. */
export async function* scanVersions(
  bucket: Bucket,
  prefix: string,
): AsyncGenerator<VersionRun, void, undefined> {
  const { store } = bucket.region;
  const end = keyAfterPrefix(encodeOpenKey(TABLES.versions, bucket.row.id, prefix));
  let start = encodeOpenKey(TABLES.versions, bucket.row.id, prefix);
  for (;;) {
    const { rows, complete } = await readSome(store, { start, end });
    const last = rows.at(-1);
    if (last === undefined) return;
    if (complete) {
      yield oldestFirst(rows);
      return;
    }
    // The last key may go on behind the read: it is read anew, from its beginning.
    const openKey = versions.objectKeyOf(last);
    const whole = rows.slice(0, rows.findLastIndex((row) => versions.objectKeyOf(row) !== openKey) + 1);
    if (whole.length > 0) yield oldestFirst(whole);
    const next = rows[whole.length];
    if (whole.length > 0 && next !== undefined) start = next.key;
    else {
      yield* scanKeyBackwards(bucket, openKey);
      start = versions.range(bucket.row.id, openKey).end;
    }
  }
}

async function* scanKeyBackwards(bucket: Bucket, key: string): AsyncGenerator<VersionRun, void, undefined> {
  const { store } = bucket.region;
  const [storedNull] = await store.get([nullVersions.key(bucket.row.id, key)]);
  const nullStamp = storedNull === undefined ? undefined : nullVersions.decode(storedNull).stamp;
  let { start, end } = versions.range(bucket.row.id, key);
  for (;;) {
    const { rows, complete } = await readSome(store, { start, end, reverse: true });
    yield rows.map((stored) => {
      const row = versions.decodeHead(stored);
      return { key, row, versionId: row.stamp === nullStamp ? 'null' : row.versionId };
    });
    const last = rows.at(-1);
    if (complete || last === undefined) return;
    end = last.key;
  }
}

/** Whole keys, each turned around. */
function oldestFirst(rows: readonly KeyedRow[]): ScannedVersion[] {
  const run: ScannedVersion[] = [];
  let ofKey: ScannedVersion[] = [];
  let nullShown = false;
  for (const stored of rows) {
    const key = versions.objectKeyOf(stored);
    if (ofKey[0]?.key !== key) {
      run.push(...ofKey.toReversed());
      ofKey = [];
      nullShown = false;
    }
    const row = versions.decodeHead(stored);
    // Of several null versions the newest is the one that `null` stands for.
    const asNull = row.nullVersion && !nullShown;
    if (asNull) nullShown = true;
    ofKey.push({ key, row, versionId: asNull ? 'null' : row.versionId });
  }
  run.push(...ofKey.toReversed());
  return run;
}

async function readSome(
  store: KeyValueStore,
  between: { readonly start: Buffer; readonly end: Buffer; readonly reverse?: boolean },
): Promise<{ readonly rows: readonly KeyedRow[]; readonly complete: boolean }> {
  const range = { ...between, limit: SCAN_ROWS_MAX, bytesMax: SCAN_BYTES };
  const rows = await store.range(range);
  return { rows, complete: reachedEnd(rows, range) };
}
