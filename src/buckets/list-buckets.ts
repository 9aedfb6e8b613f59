import { decodeKey, keyAfter } from '../store/kv/tuple.ts';
import { type BucketNameRow, bucketNames } from '../store/tables/bucket-names.ts';
import type { BucketRow } from '../store/tables/bucket-row.ts';
import { buckets as bucketRows } from '../store/tables/buckets.ts';
import type { Site } from './region.ts';

export interface ListBucketsOptions {
  /** Account id. */
  readonly owner: string;
  readonly prefix?: string;
  readonly region?: string;
  /** Buckets after this name. */
  readonly after?: string;
  /** AWS: 1 to 10,000; all where absent. */
  readonly bucketsMax?: number;
}

export interface BucketsPage {
  readonly buckets: readonly BucketRow[];
  /** Present where there are more: `after` of the next page. */
  readonly next?: string;
}

// One read of names; a page of the answer may need several.
const NAMES_READ_MAX = 1000;

export async function listBuckets(site: Site, options: ListBucketsOptions): Promise<BucketsPage> {
  const bucketsMax = options.bucketsMax ?? Number.POSITIVE_INFINITY;
  const { start: first, end } = bucketNames.range();
  let start = options.after === undefined ? first : keyAfter(bucketNames.key(options.after));
  const found: BucketRow[] = [];
  for (;;) {
    const rows = await site.global.range({ start, end, limit: NAMES_READ_MAX });
    const claims: { name: string; row: BucketNameRow }[] = [];
    for (const row of rows) {
      const claim = { name: String(decodeKey(row.key)[1]), row: bucketNames.decode(row) };
      if (wanted(claim.name, claim.row, options)) claims.push(claim);
    }
    found.push(...(await recordsOf(site, claims)));
    if (found.length > bucketsMax) {
      const buckets = found.slice(0, bucketsMax);
      const next = buckets.at(-1)?.name;
      return next === undefined ? { buckets } : { buckets, next };
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < NAMES_READ_MAX) return { buckets: found };
    start = keyAfter(last.key);
  }
}

function wanted(name: string, claim: BucketNameRow, options: ListBucketsOptions): boolean {
  return (
    claim.owner === options.owner &&
    (options.region === undefined || claim.region === options.region) &&
    (options.prefix === undefined || name.startsWith(options.prefix))
  );
}

/** In the order of `claims`, without those whose record is missing. */
async function recordsOf(
  site: Site,
  claims: readonly { name: string; row: BucketNameRow }[],
): Promise<BucketRow[]> {
  const byName = new Map<string, BucketRow>();
  for (const region of site.regions.values()) {
    const here = claims.filter((claim) => claim.row.region === region.name);
    if (here.length === 0) continue;
    const rows = await region.store.get(here.map((claim) => bucketRows.key(claim.name)));
    for (const [index, claim] of here.entries()) {
      const stored = rows[index];
      const record = stored === undefined ? undefined : bucketRows.decode(stored);
      if (record?.id === claim.row.bucketId && record.buried !== true) byName.set(claim.name, record);
    }
  }
  return claims.flatMap((claim) => byName.get(claim.name) ?? []);
}
