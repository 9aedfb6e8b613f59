import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { CHECKSUM_ALGORITHMS, CHECKSUM_BYTES, type ChecksumAlgorithm, decodeChecksum } from './algorithms.ts';
import { checksumOf, checksumsReady, createChecksum } from './checksum.ts';
import { type CombinableAlgorithm, combineChecksums, compositeChecksum } from './combine.ts';
import { createWasmChecksum } from './wasm-hasher.ts';

// Published check values: the CRC catalogue's, FIPS 180's, RFC 1321's, and xxHash's own.
const NINE = '123456789';
const KNOWN: Record<ChecksumAlgorithm, { input: string; digest: string }> = {
  CRC32: { input: NINE, digest: 'cbf43926' },
  CRC32C: { input: NINE, digest: 'e3069283' },
  CRC64NVME: { input: NINE, digest: 'ae8b14860a799888' },
  SHA1: { input: NINE, digest: 'f7c3bc1d808e04732adf679965ccc34ca7ae3441' },
  SHA256: { input: NINE, digest: '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225' },
  SHA512: {
    input: NINE,
    digest:
      'd9e6762dd1c8eaf6d61b3c6192fc408d4d6d5f1176d0c29169bc24e71c3f274ad27fcd5811b313d681f7e55ec02d73d499c95455b6b5bb503acf574fba8ffe85',
  },
  MD5: { input: NINE, digest: '25f9e794323b453885f5181f1b624d0b' },
  XXHASH64: { input: '', digest: 'ef46db3751d8e999' },
  XXHASH3: { input: '', digest: '2d06800538d394c2' },
  XXHASH128: { input: '', digest: '99aa06d3014798d86001c324468d497f' },
};

beforeAll(() => checksumsReady);

const bytes = fc.uint8Array({ maxLength: 3000 });

describe.each(CHECKSUM_ALGORITHMS)('%s', (algorithm) => {
  it('gives the published check value', () => {
    const { input, digest } = KNOWN[algorithm];
    expect(checksumOf(algorithm, Buffer.from(input)).toString('hex')).toBe(digest);
    expect(digest.length).toBe(2 * CHECKSUM_BYTES[algorithm]);
  });

  it('does not depend on how the bytes are cut, nor on what else is running', () => {
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 6 }), bytes, (chunks, noise) => {
        const running = createChecksum(algorithm);
        const other = createChecksum(algorithm);
        for (const chunk of chunks) {
          running.update(chunk);
          other.update(noise);
        }
        expect(running.digest()).toEqual(checksumOf(algorithm, Buffer.concat(chunks)));
        expect(other.digest()).toEqual(checksumOf(algorithm, Buffer.concat(chunks.map(() => noise))));
      }),
      { numRuns: 50 },
    );
  });

  it('accepts only base64 of its own length', () => {
    const digest = checksumOf(algorithm, Buffer.from('x'));
    expect(decodeChecksum(algorithm, digest.toString('base64'))).toEqual(digest);
    for (const wrong of ['', 'not base64!', digest.toString('hex'), digest.subarray(1).toString('base64')]) {
      expect(decodeChecksum(algorithm, wrong)).toBeUndefined();
    }
  });
});

it('has the same CRC32C without the native module', () => {
  const checksum = createWasmChecksum('CRC32C');
  checksum.update(Buffer.from(NINE));
  expect(checksum.digest().toString('hex')).toBe(KNOWN.CRC32C.digest);
});

it.each<CombinableAlgorithm>(['CRC32', 'CRC32C', 'CRC64NVME'])(
  'combines %s of parts to that of the whole',
  (algorithm) => {
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 6 }), (parts) => {
        const combined = combineChecksums(
          algorithm,
          parts.map((part) => ({ value: checksumOf(algorithm, part).toString('base64'), size: part.length })),
        );
        expect(combined).toBe(checksumOf(algorithm, Buffer.concat(parts)).toString('base64'));
      }),
      { numRuns: 200 },
    );
  },
);

it('combines parts beyond 4 GiB', () => {
  // Zeros: the whole is combined from two halves of 4 GiB, and again from 8,192 parts of 1 MiB.
  const mebibyte = {
    value: checksumOf('CRC64NVME', Buffer.alloc(2 ** 20)).toString('base64'),
    size: 2 ** 20,
  };
  const half = combineChecksums(
    'CRC64NVME',
    Array.from({ length: 4096 }, () => mebibyte),
  );
  const halves = [half, half].map((value) => ({ value, size: 2 ** 32 }));
  const parts = Array.from({ length: 8192 }, () => mebibyte);
  expect(combineChecksums('CRC64NVME', halves)).toBe(combineChecksums('CRC64NVME', parts));
});

it('renders a composite checksum as AWS does', () => {
  const parts = ['a', 'b'].map((text) => checksumOf('SHA256', Buffer.from(text)));
  const expected = checksumOf('SHA256', Buffer.concat(parts)).toString('base64');
  expect(
    compositeChecksum(
      'SHA256',
      parts.map((part) => part.toString('base64')),
    ),
  ).toBe(`${expected}-2`);
});
