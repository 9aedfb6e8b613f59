import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ListedVersion } from '../../../objects/list-versions.ts';
import type { ObjectVersion } from '../../../store/tables/rows.ts';
import { listObjectVersionsDocument } from './list-object-versions-document.ts';
import { shownTime, shownTimeText } from './shown-time.ts';

it('a time as text is the time', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: Date.UTC(2200, 0) }), (ms) => {
      expect(shownTimeText(ms)).toBe(shownTime(ms).toISOString());
    }),
  );
});

const shared = {
  stamp: '0'.repeat(24),
  versionId: 'v',
  nullVersion: false,
  owner: '111122223333',
  replica: false,
};
const object: ObjectVersion = {
  ...shared,
  kind: 'object',
  size: 1,
  etag: 'e',
  metadata: {},
  system: {},
  storageClass: 'STANDARD',
  encryption: 'AES256',
  bytes: [],
};

it('versions and markers stand in their one order, and markup in keys is escaped', () => {
  const listed = (key: string, row: ListedVersion['row']): ListedVersion => ({
    key,
    row,
    versionId: 'v',
    latest: true,
    lastModifiedMs: 0,
  });
  const versions = [
    listed('a<&', object),
    listed('b', { ...shared, kind: 'delete-marker' }),
    listed('c', object),
  ];
  const xml = listObjectVersionsDocument(
    { Name: 'b', Delimiter: undefined },
    { versions, commonPrefixes: ['p/'] },
    String,
  );
  expect(
    [...xml.matchAll(/<(Version|DeleteMarker)><Key>([^<]*)/g)].map(([, kind, key]) => [kind, key]),
  ).toEqual([
    ['Version', 'a&lt;&amp;'],
    ['DeleteMarker', 'b'],
    ['Version', 'c'],
  ]);
  expect(xml).toContain('<CommonPrefixes><Prefix>p/</Prefix></CommonPrefixes></ListVersionsResult>');
  expect(xml).not.toContain('Delimiter');
});
