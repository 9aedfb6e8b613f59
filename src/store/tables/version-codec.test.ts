import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { systemRandom } from '../../lib/random.ts';
import { stampOf } from './order-stamp.ts';
import type { DeleteMarkerVersion, Locator, ObjectVersion, VersionRow } from './rows.ts';
import { decodeVersionRow, encodeVersionRow } from './version-codec.ts';
import { makeVersionId } from './version-id.ts';

const stamp = stampOf(1_700_000_000_000, 3, '009800a5');
const key = { wrap: '281c5e750a49771fb015', wrapped: 'JYIk5JPVqceBp5c4GY/EaNNHX+QqiR3Wcm8kRLT2Km4=' };
const inline: Locator = { kind: 'inline', size: 4096, key };
const file: Locator = { kind: 'file', size: 4096, blob: 'b1', key };

const object: ObjectVersion = {
  kind: 'object',
  versionId: makeVersionId(stamp, systemRandom),
  stamp,
  nullVersion: false,
  owner: '547712180259',
  replica: false,
  size: 4096,
  etag: 'd46fa9ed036edb8090d54a043d81dd19',
  metadata: {},
  system: {},
  storageClass: 'STANDARD',
  checksum: { algorithm: 'CRC64NVME', value: 'mi5zU+axFMk=', type: 'FULL_OBJECT' },
  encryption: 'AES256',
  bytes: [inline],
};
const { checksum: _checksum, ...unchecked } = object;

const marker: DeleteMarkerVersion = {
  kind: 'delete-marker',
  versionId: makeVersionId(stamp, systemRandom),
  stamp,
  nullVersion: true,
  owner: '547712180259',
  replica: true,
};

const there = (row: VersionRow) => encodeVersionRow(row).toString('latin1');
const back = (row: VersionRow) => decodeVersionRow(there(row));

describe('the codec of versions', () => {
  test.each([
    ['a small object', object],
    ['a null version that is a replica', { ...object, nullVersion: true, replica: true }],
    ['an empty object', { ...object, size: 0, bytes: [] }],
    ['one without a checksum', unchecked],
    [
      'a composite checksum',
      { ...object, checksum: { algorithm: 'SHA256', type: 'COMPOSITE', value: 'mi5zU+axFMk=-2' } },
    ],
    ['a large object', { ...object, bytes: [file] }],
    [
      'a multipart object',
      { ...object, size: 8192, bytes: [inline, file], parts: [{ size: 4096, etag: 'e' }] },
    ],
    ['a single part that is not the whole', { ...object, size: 8192 }],
    [
      'metadata',
      { ...object, metadata: { 'a|b': 'ü|"😀', __proto__x: 'y' }, system: { contentType: 'a|b' } },
    ],
    ['a batch copy', { ...object, storageClass: 'GLACIER', copiedBy: 'job/1/2' }],
    ['a delete marker', marker],
    ['another delete marker', { ...marker, nullVersion: false, replica: false }],
  ] satisfies [string, VersionRow][])('gives back %s', (_name, row) => {
    expect(back(row)).toEqual(row);
  });

  test('gives back every metadata', () => {
    const text = fc.string({ unit: 'binary' });
    const pairs = fc.dictionary(text, text, { maxKeys: 4 });
    fc.assert(
      fc.property(pairs, pairs, (metadata, system) => {
        const row = { ...object, metadata, system };
        expect(back(row)).toEqual(row);
      }),
    );
  });

  test('writes the contract of format 5', () => {
    const versionId = 'AaIokLAgAACYAKXXrcxj2J1vt9eHP0d7';
    expect(there({ ...object, versionId, stamp: '01a22890b02000009800a5d7' })).toBe(
      '1o|||01a22890b02000009800a5d7|AaIokLAgAACYAKXXrcxj2J1vt9eHP0d7|547712180259|4096|' +
        'd46fa9ed036edb8090d54a043d81dd19|STANDARD|CRC64NVME|FULL_OBJECT|mi5zU+axFMk=|' +
        '281c5e750a49771fb015|JYIk5JPVqceBp5c4GY/EaNNHX+QqiR3Wcm8kRLT2Km4=|',
    );
    expect(there({ ...marker, versionId, stamp: '01a22890b02000009800a5d7' })).toBe(
      '1d|y|y|01a22890b02000009800a5d7|AaIokLAgAACYAKXXrcxj2J1vt9eHP0d7|547712180259|',
    );
  });

  test('reads the JSON that was written up to format 4', () => {
    for (const row of [object, marker]) expect(decodeVersionRow(JSON.stringify(row))).toEqual(row);
  });

  test('keeps what it does not know, wherever it stands', () => {
    const rows: object[] = [
      { ...object, restore: { until: '2030|é😀' } },
      { ...object, checksum: { ...object.checksum, later: 1 } },
      { ...object, bytes: [{ ...inline, later: 1 }] },
      { ...object, bytes: [{ ...inline, key: { ...key, later: 1 } }] },
      { ...marker, later: [] },
    ];
    for (const row of rows) expect(back(row as VersionRow)).toEqual(row);
  });

  test('refuses another format, an unknown checksum and a row that was cut', () => {
    for (const other of ['2o|', '1x|', '']) expect(() => decodeVersionRow(other)).toThrow(RangeError);
    expect(() => decodeVersionRow(there(object).replace('CRC64NVME', 'CRC9'))).toThrow(RangeError);
    expect(() => decodeVersionRow(there(object).slice(0, 100))).toThrow(RangeError);
  });
});
