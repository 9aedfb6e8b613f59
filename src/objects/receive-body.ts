import type { Region } from '../buckets/region.ts';
import { badChecksum, badContentMd5, entityTooLarge, incompleteBody } from '../errors/s3.ts';
import type { ChecksumAlgorithm, Locator } from '../store/tables/rows.ts';
import {
  type BodySink,
  type FinishedBody,
  INLINE_BYTES_MAX,
  openSink,
  type SinkOptions,
  sealWhole,
} from './body/index.ts';
import type { ObjectsContext } from './context.ts';
import type { ExpectedDigests, IncomingBody } from './incoming-body.ts';
import type { StoredBody } from './stored-body.ts';

/** What AWS computes where the client names no checksum. */
const ALGORITHM_DEFAULT: ChecksumAlgorithm = 'CRC64NVME';

/** Hashes, seals and stores a body, and compares it with what the request said about it. Nothing is left behind when
 * this throws.
 * @param withCrc64Nvme computes that one, too, when the body names another.
 * @throws AwsError EntityTooLarge, IncompleteBody, BadDigest, and what reading the body throws */
export async function receiveBody(
  context: ObjectsContext,
  region: Region,
  body: IncomingBody,
  sizeMax: number,
  withCrc64Nvme = false,
): Promise<StoredBody> {
  const { algorithm = ALGORITHM_DEFAULT, sizeBytes } = body;
  if (sizeBytes !== undefined && sizeBytes > sizeMax) throw entityTooLarge(sizeBytes, sizeMax);
  const { keyring, hashingThreads } = context;
  const options: SinkOptions = {
    ...(sizeBytes === undefined ? {} : { expectedSize: sizeBytes }),
    algorithms: withCrc64Nvme && algorithm !== 'CRC64NVME' ? [algorithm, 'CRC64NVME'] : [algorithm],
    region,
    keyring,
    ...(hashingThreads === undefined ? {} : { threads: hashingThreads }),
  };
  const whole = wholeOf(body);
  const finished =
    whole === undefined
      ? await fill(await openSink(options), body, sizeMax)
      : await sealWhole(whole, options);
  const stored = storedBody(finished, algorithm);
  try {
    if (body.expected !== undefined) compareDigests(finished, algorithm, body.expected());
  } catch (error) {
    await discardBody(region, stored);
    throw error;
  }
  return stored;
}

/** The usual small body, which came with its head and needs no sink. */
function wholeOf({ chunks, sizeBytes }: IncomingBody): Buffer | undefined {
  if (sizeBytes === undefined || sizeBytes > INLINE_BYTES_MAX || !('whole' in chunks)) return undefined;
  const whole = chunks.whole?.();
  if (whole !== undefined && whole.length !== sizeBytes) throw incompleteBody();
  return whole;
}

async function fill(sink: BodySink, body: IncomingBody, sizeMax: number): Promise<FinishedBody> {
  let received = 0;
  try {
    for await (const chunk of body.chunks) {
      received += chunk.length;
      if (received > sizeMax) throw entityTooLarge(received, sizeMax);
      const written = sink.write(chunk);
      if (written !== undefined) await written;
    }
    if (body.sizeBytes !== undefined && received !== body.sizeBytes) throw incompleteBody();
    return await sink.finish();
  } catch (error) {
    await sink.abort();
    throw error;
  }
}

function storedBody(
  { size, md5Hex, checksums, stored }: FinishedBody,
  algorithm: ChecksumAlgorithm,
): StoredBody {
  const checksum = { algorithm, value: checksums.get(algorithm) ?? '', type: 'FULL_OBJECT' as const };
  const crc64Nvme = algorithm === 'CRC64NVME' ? undefined : checksums.get('CRC64NVME');
  const described = { size, etag: md5Hex, checksum, ...(crc64Nvme === undefined ? {} : { crc64Nvme }) };
  if (stored.kind === 'empty') return described;
  const { key } = stored;
  if (stored.kind === 'file')
    return { ...described, locator: { kind: 'file', size, blob: stored.blob, key } };
  return { ...described, locator: { kind: 'inline', size, key }, sealed: stored.sealed };
}

function compareDigests(
  finished: FinishedBody,
  algorithm: ChecksumAlgorithm,
  expected: ExpectedDigests,
): void {
  const { contentMd5, checksum } = expected;
  if (contentMd5 !== undefined) {
    const calculated = Buffer.from(finished.md5Hex, 'hex').toString('base64');
    if (contentMd5 !== calculated) throw badContentMd5(contentMd5, calculated);
  }
  if (checksum !== undefined && checksum !== finished.checksums.get(algorithm)) throw badChecksum(algorithm);
}

/** Removes bytes that no commit has named and none may still name. */
export async function discardBytes(region: Region, bytes: readonly Locator[]): Promise<void> {
  for (const locator of bytes) {
    // What cannot be removed now is an orphan: swept after this incarnation.
    if (locator.kind === 'file') await region.blobs.remove(locator.blob).catch(() => undefined);
  }
}

export function discardBody(region: Region, { locator }: StoredBody): Promise<void> {
  return discardBytes(region, locator === undefined ? [] : [locator]);
}
