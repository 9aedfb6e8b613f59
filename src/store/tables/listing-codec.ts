import { Buffer } from 'node:buffer';
import type { OrderStamp } from './order-stamp.ts';
import { algorithmNamed, checksumTypeNamed, encodeRest, FieldReader } from './row-text.ts';
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
  const stamp = decodeListingStamp(line);
  const fields = new FieldReader(line, STAMP_END);
  const row = {
    stamp,
    versionId: fields.next(),
    deleteMarker: line[1] === DELETE_MARKER,
    size: Number(fields.next()),
    etag: fields.next(),
    storageClass: fields.next(),
  };
  const algorithm = fields.next();
  const type = fields.next();
  Object.assign(row, fields.rest());
  if (algorithm === '') return row;
  return { ...row, checksum: { algorithm: algorithmNamed(algorithm), type: checksumTypeNamed(type) } };
}
