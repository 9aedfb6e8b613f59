import type { Bucket } from '../buckets/bucket.ts';
import type { Check, RowVersion, Write } from '../store/kv/key-value-store.ts';
import { decodeKey, keyAfter } from '../store/kv/tuple.ts';
import { type PartRow, parts } from '../store/tables/parts.ts';
import { uploads } from '../store/tables/uploads.ts';
import type { FoundUpload } from './find-upload.ts';
import { partBytes } from './part-bytes.ts';
import { garbageWrites } from './removal.ts';

export interface FoundPart {
  readonly partNumber: number;
  readonly row: PartRow;
  readonly version: RowVersion;
}

const ROWS_READ_MAX = 1000;

/** Parts of an upload by number, from behind `after`. */
export async function readParts(
  bucket: Bucket,
  uploadId: string,
  after = 0,
  partsMax = Number.POSITIVE_INFINITY,
): Promise<FoundPart[]> {
  const { id } = bucket.row;
  const { end } = parts.range(id, uploadId);
  const found: FoundPart[] = [];
  let start = parts.key(id, uploadId, after + 1);
  while (found.length < partsMax) {
    const limit = Math.min(ROWS_READ_MAX, partsMax - found.length);
    const rows = await bucket.region.store.range({ start, end, limit });
    for (const row of rows) {
      found.push({ partNumber: Number(decodeKey(row.key)[3]), row: parts.decode(row), version: row.version });
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < limit) break;
    start = keyAfter(last.key);
  }
  return found;
}

/** What ends an upload: its rows go, blobs that `kept` does not name become garbage. The checks hold while no part
 * came, went or changed since `found` was read. */
export function endUpload(
  bucket: Bucket,
  key: string,
  upload: FoundUpload,
  found: readonly FoundPart[],
  kept: ReadonlySet<number>,
  nowMs: number,
): { checks: Check[]; writes: Write[] } {
  const { id } = bucket.row;
  const { uploadId } = upload.row;
  const checks: Check[] = [uploads.check(upload.version, id, key, uploadId), ...gaps(id, uploadId, found)];
  const writes: Write[] = [uploads.delete(id, key, uploadId)];
  const dropped: string[] = [];
  for (const { partNumber, row, version } of found) {
    checks.push(parts.check(version, id, uploadId, partNumber));
    writes.push(parts.delete(id, uploadId, partNumber));
    if (row.bytes?.kind === 'inline') writes.push(partBytes.delete(id, { uploadId, partNumber }));
    if (row.bytes?.kind === 'file' && !kept.has(partNumber)) dropped.push(row.bytes.blob);
  }
  return { checks, writes: [...writes, ...garbageWrites(dropped, nowMs)] };
}

/** That there is no other part than those found. */
function gaps(bucketId: string, uploadId: string, found: readonly FoundPart[]): Check[] {
  const { start: first, end } = parts.range(bucketId, uploadId);
  const checks: Check[] = [];
  let start: Buffer = first;
  let expected = 1;
  for (const { partNumber } of found) {
    const key = parts.key(bucketId, uploadId, partNumber);
    if (partNumber !== expected) checks.push({ kind: 'empty', start, end: key });
    start = keyAfter(key);
    expected = partNumber + 1;
  }
  return [...checks, { kind: 'empty', start, end }];
}
