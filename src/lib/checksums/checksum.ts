import { createHash, hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { ChecksumAlgorithm } from './algorithms.ts';
import { createWasmChecksum, isWasmAlgorithm, wasmReady } from './wasm-hasher.ts';

/** One running checksum. */
export interface Checksum {
  update(chunk: Uint8Array): void;
  /** Once; nothing may follow it. */
  digest(): Buffer;
}

/** CRC32C: the native module is three times as fast as WebAssembly, but not there on every platform. */
let nativeCrc32c: ((chunk: Uint8Array, state: number) => number) | undefined;
const nativeSettled = import('@node-rs/crc32').then(
  (native) => {
    nativeCrc32c = native.crc32c;
  },
  () => undefined,
);

/** Resolves when every checksum can be made in this thread: a few milliseconds after this module was loaded. */
export const checksumsReady: Promise<void> = Promise.all([wasmReady, nativeSettled]).then(() => undefined);

const CRYPTO_NAMES: Partial<Record<ChecksumAlgorithm, string>> = {
  MD5: 'md5',
  SHA1: 'sha1',
  SHA256: 'sha256',
  SHA512: 'sha512',
};

/** `checksumsReady` must have resolved before: some algorithms are WebAssembly, which is compiled at start. */
export function createChecksum(algorithm: ChecksumAlgorithm): Checksum {
  const cryptoName = CRYPTO_NAMES[algorithm];
  if (cryptoName !== undefined) return createHash(cryptoName);
  if (algorithm === 'CRC32') return runningCrc(crc32);
  if (algorithm === 'CRC32C' && nativeCrc32c !== undefined) return runningCrc(nativeCrc32c);
  if (isWasmAlgorithm(algorithm)) return createWasmChecksum(algorithm);
  throw new TypeError(`No checksum ${algorithm}.`);
}

function runningCrc(step: (chunk: Uint8Array, state: number) => number): Checksum {
  let state = 0;
  return {
    update(chunk) {
      state = step(chunk, state);
    },
    digest: () => crcDigest(state),
  };
}

function crcDigest(value: number): Buffer {
  const digest = Buffer.allocUnsafe(4);
  digest.writeUInt32BE(value);
  return digest;
}

/** The checksum of bytes that are all there: less work than a running one. */
export function checksumOf(algorithm: ChecksumAlgorithm, bytes: Uint8Array): Buffer {
  const cryptoName = CRYPTO_NAMES[algorithm];
  if (cryptoName !== undefined) return hash(cryptoName, bytes, 'buffer');
  if (algorithm === 'CRC32') return crcDigest(crc32(bytes));
  if (algorithm === 'CRC32C' && nativeCrc32c !== undefined) return crcDigest(nativeCrc32c(bytes, 0));
  const checksum = createChecksum(algorithm);
  checksum.update(bytes);
  return checksum.digest();
}
