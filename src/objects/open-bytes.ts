import type { Bucket } from '../buckets/bucket.ts';
import { BlobMissingError } from '../store/blobs/blob-store.ts';
import { inlineBytes } from '../store/tables/inline-bytes.ts';
import type { ObjectVersion } from '../store/tables/rows.ts';
import { openBody } from './body/index.ts';
import type { ObjectsContext } from './context.ts';
import type { ByteRange } from './read-object.ts';

/** The plaintext of a version, in chunks; fails when stored bytes are missing or damaged. */
export function openBytes(
  context: Pick<ObjectsContext, 'keyring' | 'hashingThreads'>,
  bucket: Bucket,
  key: string,
  version: ObjectVersion,
  range?: ByteRange,
): AsyncGenerator<Buffer, void, undefined> {
  return openBody(
    version.bytes,
    range,
    context.keyring,
    (part) => readInline(bucket, key, version, part),
    bucket.region.blobs,
    context.hashingThreads,
  );
}

/** As they are sealed.
 * @throws BlobMissingError */
export async function readInline(
  bucket: Bucket,
  key: string,
  { stamp }: Pick<ObjectVersion, 'stamp'>,
  part: number,
): Promise<Buffer> {
  const [row] = await bucket.region.store.get([inlineBytes.key(bucket.row.id, key, stamp, part)]);
  if (row === undefined) throw new BlobMissingError('inline bytes were removed while they were read');
  return inlineBytes.decode(row);
}
