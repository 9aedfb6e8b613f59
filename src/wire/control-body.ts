import {
  badChecksum,
  badContentMd5,
  invalidChecksumHeader,
  invalidDigest,
  maxMessageLengthExceeded,
  missingRequestChecksum,
  multipleChecksums,
  unknownChecksumAlgorithm,
} from '../errors/s3.ts';
import {
  CHECKSUM_ALGORITHMS,
  type ChecksumAlgorithm,
  checksumOf,
  decodeChecksum,
} from '../lib/checksums/index.ts';
import { JoinedChunks } from '../lib/joined-chunks.ts';
import type { Operation } from './service-model.ts';

/** Bodies that are documents: read whole, so bounded. The largest that a client means is a CompleteMultipartUpload of
 * 10,000 parts with the longest checksums, some 3 MiB. */
export const CONTROL_BODY_BYTES_MAX = 4 * 1024 * 1024;

/** Throws MaxMessageLengthExceeded as soon as the limit is passed. */
export async function readWhole(
  body: AsyncIterable<Buffer>,
  lengthMax = CONTROL_BODY_BYTES_MAX,
): Promise<Buffer> {
  const chunks = new JoinedChunks();
  for await (const chunk of body) {
    if (chunks.length + chunk.length > lengthMax) throw maxMessageLengthExceeded(lengthMax);
    chunks.add(chunk);
  }
  return chunks.take();
}

const PREFIX = 'x-amz-checksum-';
const CHECKSUM_HEADERS: ReadonlyMap<string, ChecksumAlgorithm> = new Map(
  CHECKSUM_ALGORITHMS.map((algorithm) => [PREFIX + algorithm.toLowerCase(), algorithm]),
);
/** Headers of the same prefix that hold no digest. */
const NO_DIGEST = new Set([`${PREFIX}algorithm`, `${PREFIX}mode`, `${PREFIX}type`]);

/** The algorithm whose digest a header or trailer holds, if it is one that holds any.
 * @throws AwsError InvalidRequest when it is of an algorithm that nobody knows */
export function checksumAlgorithmOf(name: string): ChecksumAlgorithm | undefined {
  if (!name.startsWith(PREFIX) || NO_DIGEST.has(name)) return undefined;
  const algorithm = CHECKSUM_HEADERS.get(name);
  if (algorithm === undefined) throw unknownChecksumAlgorithm();
  return algorithm;
}

/** Content-MD5 and x-amz-checksum-* of a document, as header or trailer: verified when given, demanded where the model
 * demands one. Object bodies are checked where they are stored. */
export function verifyControlBody(
  operation: Operation,
  body: Buffer,
  headers: Readonly<Record<string, string>>,
  trailers: ReadonlyMap<string, string>,
): void {
  for (const name in headers) checksumAlgorithmOf(name);
  const verified = verifyMd5(body, headers['content-md5']);
  let given = 0;
  for (const [name, algorithm] of CHECKSUM_HEADERS) {
    const declared = headers[name] ?? trailers.get(name);
    // Of an operation that has such a member (CompleteMultipartUpload), it describes the object, not the document.
    if (declared === undefined || operation.headerMembers.has(name)) continue;
    verifyChecksum(body, algorithm, name, declared);
    given++;
  }
  if (given > 1) throw multipleChecksums();
  if (operation.requiresChecksum && !verified && given === 0) throw missingRequestChecksum();
}

function verifyMd5(body: Buffer, contentMd5: string | undefined): boolean {
  if (contentMd5 === undefined) return false;
  if (decodeChecksum('MD5', contentMd5) === undefined) throw invalidDigest(contentMd5);
  const computed = checksumOf('MD5', body).toString('base64');
  if (computed !== contentMd5) throw badContentMd5(contentMd5, computed);
  return true;
}

function verifyChecksum(body: Buffer, algorithm: ChecksumAlgorithm, header: string, declared: string): void {
  const digest = decodeChecksum(algorithm, declared);
  if (digest === undefined) throw invalidChecksumHeader(header);
  if (!checksumOf(algorithm, body).equals(digest)) throw badChecksum(algorithm);
}
