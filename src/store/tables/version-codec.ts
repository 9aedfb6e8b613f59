import { Buffer } from 'node:buffer';
import { algorithmNamed, checksumTypeNamed, encodeRest, FieldReader } from './row-text.ts';
import type { ChecksumValue, DeleteMarkerVersion, Locator, ObjectVersion, VersionRow } from './rows.ts';

/** Every PUT writes one of these, which the engine then sorts into files several times over, so they are no JSON, of which
 * more than half would be names: one line of ASCII (row-text.ts).
 *
 *   object         1o | null | replica | stamp | version id | owner | size | ETag | storage class
 *                     | checksum: algorithm | type | value | key of the sole inline body: wrap | wrapped | rest
 *   delete marker  1d | null | replica | stamp | version id | owner | rest
 *
 * The `1` is the format of the row. `null` and `replica` are `y` or empty. In the rest is what has no field or is not as
 * usual: metadata where there is any, bodies other than one inline one. Up to format 4 of the data directory a row was JSON
 * altogether; such rows stay, and are read. */
const OBJECT = '1o';
const DELETE_MARKER = '1d';
const JSON_BEGINS = '{';
const YES = 'y';

const CHECKSUM_MEMBERS = 3;
const INLINE_MEMBERS = 3;
const KEY_MEMBERS = 2;

const ENCRYPTION = 'AES256';

/** Members that never are in the rest. */
const FIELDS = new Set([
  'kind',
  'nullVersion',
  'replica',
  'stamp',
  'versionId',
  'owner',
  'size',
  'etag',
  'storageClass',
]);

export function encodeVersionRow(row: VersionRow): Buffer {
  return Buffer.from(row.kind === 'object' ? encodeObject(row) : encodeMarker(row), 'latin1');
}

/** @throws RangeError for a format or a checksum that this release does not know */
export function decodeVersionRow(line: string): VersionRow {
  if (line.startsWith(JSON_BEGINS)) {
    const row: VersionRow = JSON.parse(line);
    return row;
  }
  if (line.startsWith(OBJECT)) return decodeObject(line);
  if (line.startsWith(DELETE_MARKER)) return decodeMarker(line);
  throw new RangeError('a version of an unknown format');
}

function encodeObject(row: ObjectVersion): string {
  const checksum = usualChecksum(row.checksum);
  const inline = usualInline(row);
  const rest = encodeRest(row, (name) => {
    if (name === 'checksum') return checksum !== undefined;
    if (name === 'bytes') return inline !== undefined || row.bytes.length === 0;
    if (name === 'encryption') return row.encryption === ENCRYPTION;
    if (name === 'metadata') return hasMembers(row.metadata, 0);
    if (name === 'system') return hasMembers(row.system, 0);
    return FIELDS.has(name);
  });
  const checked = checksum === undefined ? '||' : `${checksum.algorithm}|${checksum.type}|${checksum.value}`;
  const sealed = inline === undefined ? '|' : `${inline.key.wrap}|${inline.key.wrapped}`;
  const own = `${row.size}|${row.etag}|${row.storageClass}|${checked}|${sealed}`;
  return `${OBJECT}|${baseFields(row)}|${own}|${rest}`;
}

function encodeMarker(row: DeleteMarkerVersion): string {
  const rest = encodeRest(row, (name) => FIELDS.has(name));
  return `${DELETE_MARKER}|${baseFields(row)}|${rest}`;
}

function baseFields({ nullVersion, replica, stamp, versionId, owner }: VersionRow): string {
  return `${nullVersion ? YES : ''}|${replica ? YES : ''}|${stamp}|${versionId}|${owner}`;
}

function usualChecksum(checksum: ChecksumValue | undefined): ChecksumValue | undefined {
  return hasMembers(checksum, CHECKSUM_MEMBERS) ? checksum : undefined;
}

/** The body, where it is one that is in the engine, with no member that has no field. */
function usualInline({ bytes, size }: ObjectVersion): Extract<Locator, { kind: 'inline' }> | undefined {
  const [first] = bytes;
  if (bytes.length !== 1 || first?.kind !== 'inline' || first.size !== size) return undefined;
  return hasMembers(first, INLINE_MEMBERS) && hasMembers(first.key, KEY_MEMBERS) ? first : undefined;
}

function hasMembers(value: object | undefined, count: number): boolean {
  return value !== undefined && Object.keys(value).length === count;
}

function decodeObject(line: string): VersionRow {
  const fields = new FieldReader(line, OBJECT.length + 1);
  const base = readBase(fields);
  const size = Number(fields.next());
  const row: ObjectVersion = {
    kind: 'object',
    ...base,
    size,
    etag: fields.next(),
    storageClass: fields.next(),
    metadata: {},
    system: {},
    encryption: ENCRYPTION,
    ...readChecksum(fields),
    bytes: readBytes(fields, size),
  };
  return Object.assign(row, fields.rest());
}

function decodeMarker(line: string): VersionRow {
  const fields = new FieldReader(line, DELETE_MARKER.length + 1);
  const row: DeleteMarkerVersion = { kind: 'delete-marker', ...readBase(fields) };
  return Object.assign(row, fields.rest());
}

function readBase(fields: FieldReader): Omit<DeleteMarkerVersion, 'kind'> {
  return {
    nullVersion: fields.next() === YES,
    replica: fields.next() === YES,
    stamp: fields.next(),
    versionId: fields.next(),
    owner: fields.next(),
  };
}

function readChecksum(fields: FieldReader): { checksum?: ChecksumValue } {
  const [algorithm, type, value] = [fields.next(), fields.next(), fields.next()];
  if (algorithm === '') return {};
  return { checksum: { algorithm: algorithmNamed(algorithm), value, type: checksumTypeNamed(type) } };
}

function readBytes(fields: FieldReader, size: number): Locator[] {
  const key = { wrap: fields.next(), wrapped: fields.next() };
  return key.wrapped === '' ? [] : [{ kind: 'inline', size, key }];
}
