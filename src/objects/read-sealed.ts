import type { Bucket } from '../buckets/bucket.ts';
import { FrameError, frameKey, openBuffer } from '../keys/frames.ts';
import type { Locator, ObjectVersion } from '../store/tables/rows.ts';
import type { ObjectsContext } from './context.ts';
import { readInline } from './open-bytes.ts';
import type { ReplicaBytes } from './receive-replica.ts';

type InlineLocator = Locator & { readonly kind: 'inline' };

/** Where the whole of a small object lies in one row. What came in parts is compared part by part, and so is not meant. */
export function soleInline({ bytes, parts, size }: ObjectVersion): InlineLocator | undefined {
  const [locator] = bytes;
  if (parts !== undefined || bytes.length !== 1 || locator?.kind !== 'inline') return undefined;
  return locator.size === size ? locator : undefined;
}

/** The bytes of a small object for another bucket of this site, still sealed, with the key that opens them: hashing,
 * sealing and wrapping them anew would cost a fifth of its replication. They are opened here once, so that nothing damaged
 * travels: a frame that fits its tag is the one that was hashed and sealed together when the object was written.
 * @throws FrameError, KeyUnwrapError, BlobMissingError, StoreUnavailableError */
export async function readSealed(
  { keyring }: Pick<ObjectsContext, 'keyring'>,
  bucket: Bucket,
  key: string,
  version: ObjectVersion,
  locator: InlineLocator,
): Promise<ReplicaBytes> {
  const sealed = await readInline(bucket, key, version, 0);
  const plain = openBuffer(sealed, frameKey(keyring.unwrap(locator.key)));
  if (plain.length !== locator.size) throw new FrameError('Inline bytes have the wrong length.');
  return {
    bytes: [{ ...locator, key: keyring.rewrap(locator.key) }],
    inline: [{ part: 0, sealed }],
  };
}
