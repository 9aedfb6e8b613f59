import type { ChecksumValue, Locator } from '../store/tables/rows.ts';

/** Sealed bytes that travel inside the commit; `part` is the index in the version row's `bytes`. */
export interface SealedInline {
  readonly part: number;
  readonly sealed: Buffer;
}

/** A body that is hashed, sealed and, where it is a blob, durable; no row names it yet. */
export interface StoredBody {
  readonly size: number;
  /** MD5 in hex. */
  readonly etag: string;
  readonly checksum: ChecksumValue;
  /** Base64; where it was asked for beside another. */
  readonly crc64Nvme?: string;
  /** Absent for an empty body. */
  readonly locator?: Locator;
  /** Present where the locator is inline. */
  readonly sealed?: Buffer;
}
