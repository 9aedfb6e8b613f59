import type { ByteStream } from '../lib/byte-stream.ts';
import type { ChecksumAlgorithm } from '../store/tables/rows.ts';

/** The bytes of an upload as they come in: decoded (no chunk framing), not yet hashed or sealed. */
export interface IncomingBody {
  readonly chunks: ByteStream | Iterable<Buffer>;
  /** Decoded length in bytes, where the request says it. */
  readonly sizeBytes?: number;
  /** The one that is computed and stored; CRC64NVME where the client names none, as at AWS. */
  readonly algorithm?: ChecksumAlgorithm;
  /** Asked once, after the last chunk: a trailer's value is known only then. */
  readonly expected?: () => ExpectedDigests;
}

export interface ExpectedDigests {
  /** Base64. */
  readonly contentMd5?: string;
  /** Base64, of the body's own algorithm. */
  readonly checksum?: string;
}
