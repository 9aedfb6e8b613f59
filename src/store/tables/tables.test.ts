import { Buffer } from 'node:buffer';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { systemRandom } from '../../lib/random.ts';
import { counters } from './counters.ts';
import { deliveries } from './deliveries.ts';
import { intentShard, intents, parkedIntents } from './intents.ts';
import { invertedStampElement, stampElement, stampOfInvertedElement } from './inverted-stamp.ts';
import { listing } from './listing.ts';
import { decodeListingRow, encodeListingRow } from './listing-codec.ts';
import { stampOf } from './order-stamp.ts';
import type { ListingRow } from './rows.ts';
import { makeVersionId, stampOfVersionId } from './version-id.ts';
import { versions } from './versions.ts';

const SITE = 'a1b2c3d4';
const stamps = fc
  .tuple(fc.nat(2 ** 47), fc.nat(0xffff))
  .map(([milliseconds, counter]) => stampOf(milliseconds, counter, SITE));

describe('a version id', () => {
  test('gives back its stamp', () => {
    fc.assert(
      fc.property(stamps, (stamp) => {
        const id = makeVersionId(stamp, systemRandom);
        expect(id).toMatch(/^[A-Za-z0-9._]{32}$/);
        expect(stampOfVersionId(id)).toBe(stamp);
      }),
    );
  });

  test('that nobody issued has none', () => {
    const id = makeVersionId(stampOf(1, 0, SITE), systemRandom);
    const other = id.startsWith('A') ? `B${id.slice(1)}` : `A${id.slice(1)}`;
    for (const wrong of ['', 'null', 'x'.repeat(32), other, `${id}A`]) {
      expect(stampOfVersionId(wrong)).toBeUndefined();
    }
  });

  test('differs for the same stamp, and is made of nothing else', () => {
    const stamp = stampOf(1, 0, SITE);
    expect(makeVersionId(stamp, systemRandom)).not.toBe(makeVersionId(stamp, systemRandom));
    for (const wrong of ['', 'x'.repeat(24), stamp.slice(1), `${stamp}00`, `${stamp.slice(1)}x`]) {
      expect(() => makeVersionId(wrong, systemRandom)).toThrow(RangeError);
    }
  });
});

describe('keys', () => {
  test('of versions sort the newest first', () => {
    fc.assert(
      fc.property(stamps, stamps, (a, b) => {
        const order = Buffer.compare(versions.key('b', 'k', a), versions.key('b', 'k', b));
        expect(order).toBe(a === b ? 0 : a < b ? 1 : -1);
        expect(stampOfInvertedElement(invertedStampElement(a))).toBe(a);
      }),
    );
  });

  test('give back object key, destination, shard and labels', () => {
    const stamp = stampOf(5, 0, SITE);
    expect(versions.objectKeyOf({ key: versions.key('b', 'a\0b', stamp) })).toBe('a\0b');
    expect(listing.objectKeyOf({ key: listing.key('b', 'ü') })).toBe('ü');
    expect(deliveries.destinationOf({ key: deliveries.key('b', 'k', stamp, 'copies') })).toBe('copies');
    const intent = {
      sourceBucketId: 'b',
      key: 'k',
      stamp,
      kind: 'object',
      rule: { destination: 'copies' },
    } as const;
    expect(intents.placeOf({ key: intents.key(intent) })).toEqual({
      destination: 'copies',
      shard: intentShard('b', 'k'),
    });
    expect(parkedIntents.twin(intents.key(intent))).toEqual(parkedIntents.key(intent));
    expect(counters.labelsOf(counters.pendingCount('b', 'r', 'd', 'live'))).toEqual({
      name: 'pendingCount',
      labels: ['b', 'r', 'd', 'live'],
    });
  });

  test('refuse what is no stamp', () => {
    expect(() => stampElement('abc')).toThrow(RangeError);
    expect(() => invertedStampElement('abc')).toThrow(RangeError);
  });

  test('of a list go on behind a key and behind a prefix', () => {
    expect(Buffer.compare(listing.after('b', 'k'), listing.key('b', 'k'))).toBe(1);
    expect(Buffer.compare(listing.after('b', 'k'), listing.key('b', 'k\0'))).toBe(-1);
    expect(Buffer.compare(listing.afterPrefix('b', 'p/'), listing.key('b', 'p/\u{10ffff}'))).toBe(1);
    expect(Buffer.compare(listing.afterPrefix('b', 'p/'), listing.key('b', 'p0'))).toBe(-1);
  });
});

describe('the listing codec', () => {
  const row: ListingRow = {
    stamp: stampOf(1_700_000_000_000, 3, SITE),
    versionId: makeVersionId(stampOf(1_700_000_000_000, 3, SITE), systemRandom),
    deleteMarker: false,
    size: 4096,
    etag: 'd41d8cd98f00b204e9800998ecf8427e-12',
    storageClass: 'STANDARD',
    checksum: { algorithm: 'CRC64NVME', type: 'FULL_OBJECT' },
  };

  test('gives back the row, with and without a checksum, and a delete marker', () => {
    const { checksum, ...plain } = row;
    expect(checksum).toBeDefined();
    const marker = { ...plain, deleteMarker: true, size: 0, etag: '' };
    for (const each of [row, plain, marker])
      expect(decodeListingRow(encodeListingRow(each).toString())).toEqual(each);
  });

  test('keeps fields that it does not know', () => {
    const newer = { ...row, restore: { until: '2030|é😀' } };
    expect(decodeListingRow(encodeListingRow(newer).toString())).toEqual(newer);
  });

  test('refuses another format', () => {
    expect(() => decodeListingRow('2o')).toThrow(RangeError);
  });
});
