import type { Bucket } from '../buckets/bucket.ts';
import { BlobMissingError } from '../store/blobs/blob-store.ts';
import { inlineBytes } from '../store/tables/inline-bytes.ts';
import type { ObjectVersion } from '../store/tables/rows.ts';
import { type InlineReader, openBody } from './body/index.ts';
import type { ObjectsContext } from './context.ts';
import type { ByteRange } from './read-object.ts';

type Plaintext = AsyncGenerator<Buffer, void, undefined>;

/** The plaintext of a version, in chunks; fails when stored bytes are missing or damaged. What is removed while it is read
 * is read to its end. */
export function openBytes(
  context: Pick<ObjectsContext, 'keyring' | 'hashingThreads' | 'runningReads'>,
  bucket: Bucket,
  key: string,
  version: ObjectVersion,
  range?: ByteRange,
): Plaintext {
  const { keyring, hashingThreads, runningReads } = context;
  const open = (inline: InlineReader) =>
    openBody(version.bytes, range, keyring, inline, bucket.region.blobs, hashingThreads);
  const inline: InlineReader = (part) => readInline(bucket, key, version, part);
  // One piece is open as soon as it is begun.
  return version.bytes.length > 1 ? openPieces(version, inline, open, runningReads) : open(inline);
}

async function* openPieces(
  { bytes }: ObjectVersion,
  inline: InlineReader,
  open: (inline: InlineReader) => Plaintext,
  runningReads: ObjectsContext['runningReads'],
): Plaintext {
  const end = runningReads?.begin();
  try {
    // Those go with the version's row, and only the last part of an upload is so small.
    const early = new Map(
      bytes.flatMap(({ kind }, part) => (kind === 'inline' ? [[part, inline(part)] as const] : [])),
    );
    // Told when it is its turn.
    for (const read of early.values()) read.catch(() => undefined);
    yield* open((part) => early.get(part) ?? inline(part));
  } finally {
    end?.();
  }
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
