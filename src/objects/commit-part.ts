import type { Bucket } from '../buckets/bucket.ts';
import { ABSENT, type Write } from '../store/kv/key-value-store.ts';
import { garbage } from '../store/tables/garbage.ts';
import { type PartRow, parts } from '../store/tables/parts.ts';
import { uploads } from '../store/tables/uploads.ts';
import { commitOnBucket, type Prepared } from './commit-on-bucket.ts';
import type { ObjectsContext } from './context.ts';
import { findUpload, type PartOfUpload } from './find-upload.ts';
import { partBytes } from './part-bytes.ts';
import { discardBody } from './receive-body.ts';
import { garbageWrites } from './removal.ts';
import type { StoredBody } from './stored-body.ts';
import { blobClaims, incarnationChecks } from './version-writes.ts';

/** Makes a part that is stored one of its upload; one of the same number before it becomes garbage.
 * @throws AwsError NoSuchUpload */
export async function commitPart(
  context: ObjectsContext,
  bucket: Bucket,
  name: PartOfUpload,
  stored: StoredBody,
): Promise<PartRow> {
  let inDoubt = false;
  try {
    const { result } = await commitOnBucket(
      context,
      bucket,
      (current, doubtful) => preparePart(context, current, name, stored, doubtful),
      () => {
        inDoubt = true;
      },
    );
    return result;
  } catch (error) {
    if (!inDoubt) await discardBody(bucket.region, stored);
    throw error;
  }
}

async function preparePart(
  context: ObjectsContext,
  bucket: Bucket,
  name: PartOfUpload,
  stored: StoredBody,
  doubtful: boolean,
): Promise<Prepared<PartRow>> {
  const { id } = bucket.row;
  const { key, uploadId, partNumber } = name;
  const { store } = bucket.region;
  const [upload, [before]] = await Promise.all([
    findUpload(bucket, key, uploadId),
    store.get([parts.key(id, uploadId, partNumber)]),
  ]);
  const nowMs = context.site.clock.now();
  const replaced = before === undefined ? undefined : parts.decode(before).bytes;
  const { locator, sealed } = stored;
  const row: PartRow = {
    size: stored.size,
    etag: stored.etag,
    checksum: stored.checksum,
    ...(stored.crc64Nvme === undefined ? {} : { crc64Nvme: stored.crc64Nvme }),
    modifiedAtMs: nowMs,
    ...(locator === undefined ? {} : { bytes: locator }),
  };
  const bytes = locator === undefined ? [] : [locator];
  const writes: Write[] = [parts.put(row, id, uploadId, partNumber), ...blobClaims(bytes)];
  // First, also where another is put in its place: the log counts as dead only what is deleted.
  if (replaced?.kind === 'inline') writes.push(partBytes.delete(id, name));
  if (sealed !== undefined) writes.push(partBytes.put(id, name, sealed));
  if (replaced?.kind === 'file') writes.push(...garbageWrites([replaced.blob], nowMs));
  const blob = locator?.kind === 'file' ? locator.blob : undefined;
  return {
    checks: [
      uploads.check(upload.version, id, key, uploadId),
      parts.check(before?.version ?? ABSENT, id, uploadId, partNumber),
      ...incarnationChecks(context, bucket, bytes),
      ...(doubtful && blob !== undefined ? [garbage.check(ABSENT, blob)] : []),
    ],
    writes,
    result: row,
    happened: async () => {
      const [found] = await store.get([parts.key(id, uploadId, partNumber)]);
      return found !== undefined && JSON.stringify(parts.decode(found)) === JSON.stringify(row);
    },
  };
}
