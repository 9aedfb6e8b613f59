import { Buffer } from 'node:buffer';
import type { OrderStamp } from './order-stamp.ts';
import { algorithmNamed, checksumTypeAt, encodeRest } from './row-text.ts';
import type { ListingRow } from './rows.ts';

/** A list decodes up to 1,000 of these, so they are no JSON: one line of ASCII (row-text.ts). */
const FORMAT = '1';
const OBJECT = 'o';
const DELETE_MARKER = 'd';
const STAMP_END = 26;

const FIELDS = new Set(['stamp', 'versionId', 'deleteMarker', 'size', 'etag', 'storageClass', 'checksum']);

export function encodeListingRow(row: ListingRow): Buffer {
  const mark = row.deleteMarker ? DELETE_MARKER : OBJECT;
  const checksum = row.checksum === undefined ? '|' : `${row.checksum.algorithm}|${row.checksum.type}`;
  const line = `${FORMAT}${mark}${row.stamp}${row.versionId}|${row.size}|${row.etag}|${row.storageClass}|${checksum}|`;
  return Buffer.from(line + encodeRest(row, (name) => FIELDS.has(name)), 'latin1');
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
  const algorithm = algorithmNamed(line.slice(storageClassEnd + 1, algorithmEnd));
  return { ...row, checksum: { algorithm, type: checksumTypeAt(line, algorithmEnd + 1) } };
}
