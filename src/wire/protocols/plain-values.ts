import { serializationException } from '../../errors/requests.ts';
import type { Values } from '../bindings.ts';
import { isRecord, parseScalar } from '../scalars.ts';
import type { MapShape, Member, ScalarShape, Shape, StructureShape } from '../shapes.ts';

/** Values that came out of a JSON or CBOR parser, directed by the schema; and back. What differs between the two are
 * the leaves: bytes and times. */
export interface Leaves {
  readBlob(value: unknown): Uint8Array | undefined;
  readTimestamp(value: unknown): Date | undefined;
  writeBlob(value: Uint8Array): unknown;
  writeTimestamp(value: Date): unknown;
}

// No input of the model nests deeper than 8; a CBOR parser would recurse.
const DEPTH_MAX = 32;

/** Throws SerializationException for anything that the schema does not know, and for required members missing. */
export function readPlain(shape: StructureShape, value: unknown, leaves: Leaves): Values {
  return readStructure(shape, value, leaves, 0);
}

function readStructure(shape: StructureShape, value: unknown, leaves: Leaves, depth: number): Values {
  if (!isRecord(value) || depth > DEPTH_MAX) throw serializationException(`${shape.name} must be an object`);
  const values: Values = {};
  for (const [name, item] of Object.entries(value)) {
    const member = shape.byName.get(name);
    if (member === undefined) throw serializationException(`Unexpected member ${name} of ${shape.name}`);
    if (item !== null && item !== undefined)
      values[name] = readValue(member.shape, item, leaves, depth + 1, name);
  }
  for (const member of shape.members) requireMember(member, values);
  return values;
}

function requireMember(member: Member, values: Values): void {
  if (member.required && values[member.name] === undefined) {
    throw serializationException(`${member.name} is required`);
  }
}

function readValue(shape: Shape, value: unknown, leaves: Leaves, depth: number, path: string): unknown {
  switch (shape.kind) {
    case 'structure':
      return readStructure(shape, value, leaves, depth);
    case 'list': {
      if (!Array.isArray(value)) throw serializationException(`${path} must be a list`);
      return value.map((item: unknown) => readValue(shape.item, item, leaves, depth + 1, path));
    }
    case 'map':
      return readMap(shape, value, leaves, depth, path);
    default: {
      const leaf = readLeaf(shape, value, leaves);
      if (leaf === undefined) throw serializationException(`${path} must be a ${shape.kind}`);
      return leaf;
    }
  }
}

function readMap(shape: MapShape, value: unknown, leaves: Leaves, depth: number, path: string): Values {
  if (!isRecord(value)) throw serializationException(`${path} must be a map`);
  const values: Values = {};
  for (const [key, item] of Object.entries(value)) {
    if (key === '__proto__') throw serializationException(`${key} cannot be a key`);
    values[key] = readValue(shape.value, item, leaves, depth + 1, path);
  }
  return values;
}

function readLeaf(shape: ScalarShape, value: unknown, leaves: Leaves): unknown {
  switch (shape.kind) {
    case 'string':
      return typeof value === 'string' ? value : undefined;
    case 'boolean':
      return typeof value === 'boolean' ? value : undefined;
    case 'number':
    case 'bigint':
      if (typeof value === 'bigint') return Number(value);
      return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
    case 'timestamp':
      return leaves.readTimestamp(value);
    case 'blob':
      return leaves.readBlob(value);
    case 'document':
      return value;
    default:
      return undefined;
  }
}

/** Members that are undefined are left out. */
export function writePlain(shape: Shape, value: unknown, leaves: Leaves): unknown {
  switch (shape.kind) {
    case 'structure': {
      if (!isRecord(value)) throw new TypeError(`${shape.name} is not a structure`);
      const written: Values = {};
      for (const member of shape.members) {
        const item = value[member.name];
        if (item !== undefined && item !== null)
          written[member.name] = writePlain(member.shape, item, leaves);
      }
      return written;
    }
    case 'list':
      return Array.isArray(value) ? value.map((item: unknown) => writePlain(shape.item, item, leaves)) : [];
    case 'map':
      return isRecord(value)
        ? Object.fromEntries(
            Object.entries(value).map(([key, item]) => [key, writePlain(shape.value, item, leaves)]),
          )
        : {};
    default:
      if (value instanceof Date) return leaves.writeTimestamp(value);
      return value instanceof Uint8Array ? leaves.writeBlob(value) : value;
  }
}

export const jsonLeaves: Leaves = {
  readBlob(value) {
    const bytes =
      typeof value === 'string' ? parseScalar({ kind: 'blob' }, value, { decimals: false }) : undefined;
    return bytes instanceof Uint8Array ? bytes : undefined;
  },
  readTimestamp(value) {
    if (typeof value !== 'number' && typeof value !== 'string') return undefined;
    const date = parseScalar({ kind: 'timestamp' }, String(value), { decimals: true });
    return date instanceof Date ? date : undefined;
  },
  writeBlob: (value) => Buffer.from(value).toString('base64'),
  writeTimestamp: (value) => value.getTime() / 1000,
};
