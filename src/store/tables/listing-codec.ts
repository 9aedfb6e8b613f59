import { Buffer } from 'node:buffer';
import { CHECKSUM_ALGORITHMS } from '../../lib/checksums/algorithms.ts';
import type { OrderStamp } from './order-stamp.ts';
import type { ChecksumAlgorithm, ListingRow } from './rows.ts';

/** A list decodes up to 1,000 of these, so they are no JSON: one line of ASCII, fields in a fixed order parted by
 * `|`, which none of them can hold. What follows the last known field is JSON with the fields that a newer release
 * added; it is kept. */
const FORMAT = '1';
const OBJECT = 'o';
const DELETE_MARKER = 'd';
const STAMP_END = 26;

const ALGORITHMS: ReadonlyMap<string, ChecksumAlgorithm> = new Map(
  CHECKSUM_ALGORITHMS.map((algorithm) => [algorithm, algorithm]),
);

const KNOWN = new Set(['stamp', 'versionId', 'deleteMarker', 'size', 'etag', 'storageClass', 'checksum']);

export function encodeListingRow(row: ListingRow): Buffer {
  const mark = row.deleteMarker ? DELETE_MARKER : OBJECT;
  const checksum = row.checksum === undefined ? '|' : `${row.checksum.algorithm}|${row.checksum.type}`;
  const line = `${FORMAT}${mark}${row.stamp}${row.versionId}|${row.size}|${row.etag}|${row.storageClass}|${checksum}|`;
  return Buffer.from(line + encodeUnknown(row), 'latin1');
}

export function decodeListingStamp(line: string): OrderStamp {
  if (line[0] !== FORMAT) throw new RangeError('a listing row of an unknown format');
  return line.slice(2, STAMP_END);
}

export function decodeListingRow(line: string): ListingRow {
  const versionIdEnd = line.indexOf('|', STAMP_END);
  const sizeEnd = line.indexOf('|', versionIdEnd + 1);
  const etagEnd = line.indexOf('|', sizeEnd + 1);
  const storageClassEnd = line.indexOf('|', etagEnd + 1);
  const algorithmEnd = line.indexOf('|', storageClassEnd + 1);
  const typeEnd = line.indexOf('|', algorithmEnd + 1);
  const row = {
    stamp: decodeListingStamp(line),
    versionId: line.slice(STAMP_END, versionIdEnd),
    deleteMarker: line[1] === DELETE_MARKER,
    size: Number(line.slice(versionIdEnd + 1, sizeEnd)),
    etag: line.slice(sizeEnd + 1, etagEnd),
    storageClass: line.slice(etagEnd + 1, storageClassEnd),
  };
  if (typeEnd + 1 < line.length) Object.assign(row, JSON.parse(line.slice(typeEnd + 1)));
  if (algorithmEnd === storageClassEnd + 1) return row;
  const algorithm = ALGORITHMS.get(line.slice(storageClassEnd + 1, algorithmEnd));
  if (algorithm === undefined) throw new RangeError('a listing row of an unknown checksum');
  const type = line.startsWith('C', algorithmEnd + 1) ? 'COMPOSITE' : 'FULL_OBJECT';
  return { ...row, checksum: { algorithm, type } };
}

function encodeUnknown(row: ListingRow): string {
  if (Object.keys(row).every((name) => KNOWN.has(name))) return '';
  const unknown = Object.entries(row).filter(([name]) => !KNOWN.has(name));
  const json = JSON.stringify(Object.fromEntries(unknown));
  return json.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
