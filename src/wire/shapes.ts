/** The only file that knows how the SDK writes down its model (tuples of numbers and traits). Everything else reads
 * the shapes compiled here, once, at start-up. */

export type ScalarKind =
  | 'string'
  | 'number'
  | 'boolean'
  | 'bigint'
  | 'timestamp'
  | 'blob'
  | 'stream'
  | 'event-stream'
  | 'document';

export type TimestampFormat = 'date-time' | 'http-date' | 'epoch-seconds';

export interface ScalarShape {
  readonly kind: ScalarKind;
  /** Absent: the place decides (http-date in headers, date-time in XML and queries, epoch in JSON). */
  readonly format?: TimestampFormat;
}

export interface StructureShape {
  readonly kind: 'structure';
  readonly name: string;
  readonly xmlName: string;
  readonly union: boolean;
  readonly members: readonly Member[];
  readonly byName: ReadonlyMap<string, Member>;
  /** Members that travel in the body, by their XML name. */
  readonly byXmlName: ReadonlyMap<string, Member>;
}

export interface ListShape {
  readonly kind: 'list';
  readonly item: Shape;
  readonly itemName: string;
}

export interface MapShape {
  readonly kind: 'map';
  readonly value: Shape;
  readonly keyName: string;
  readonly valueName: string;
}

export type Shape = ScalarShape | StructureShape | ListShape | MapShape;

export type Location =
  | 'body'
  | 'label'
  | 'query'
  | 'query-params'
  | 'header'
  | 'prefix-headers'
  | 'payload'
  | 'status';

export interface Member {
  readonly name: string;
  readonly shape: Shape;
  readonly required: boolean;
  readonly location: Location;
  /** Query key, lower-case header name, or header prefix. */
  readonly wireName: string;
  readonly xmlName: string;
  /** The root element when this member is the whole body: its own XML name, else that of its shape. */
  readonly rootName: string;
  readonly flattened: boolean;
  readonly attribute: boolean;
  /** Prefix and address declared on this element. */
  readonly xmlNamespace?: readonly [string, string];
}

type Tuple = readonly unknown[];
type Traits = Readonly<Record<string, unknown>>;

// Numbers that stand for shapes without a tuple; 64 and 128 are flags for a list or a map of them.
const LIST_FLAG = 64;
const MAP_FLAG = 128;
const SCALARS: ReadonlyMap<number, ScalarShape> = new Map([
  [0, { kind: 'string' }],
  [1, { kind: 'number' }],
  [2, { kind: 'boolean' }],
  [4, { kind: 'timestamp' }],
  [5, { kind: 'timestamp', format: 'date-time' }],
  [6, { kind: 'timestamp', format: 'http-date' }],
  [7, { kind: 'timestamp', format: 'epoch-seconds' }],
  [15, { kind: 'document' }],
  [17, { kind: 'bigint' }],
  [19, { kind: 'number' }],
  [21, { kind: 'blob' }],
  [42, { kind: 'stream' }],
]);

// The meaning of a tuple's first element.
const SIMPLE = 0;
const LIST = 1;
const MAP = 2;
const STRUCTURE = 3;
const UNION = 4;
const ERROR = -3;

const TRAIT_BITS = [
  'httpLabel',
  'idempotent',
  'idempotencyToken',
  'sensitive',
  'httpPayload',
  'httpResponseCode',
];

function isTuple(value: unknown): value is Tuple {
  return Array.isArray(value);
}

function isTraits(value: unknown): value is Traits {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isLazy(value: unknown): value is () => unknown {
  return typeof value === 'function';
}

/** Schemas refer to each other by functions, because they may be recursive. */
export function resolveReference(reference: unknown): unknown {
  return isLazy(reference) ? reference() : reference;
}

function traitsOf(value: unknown): Traits {
  if (isTraits(value)) return value;
  if (typeof value !== 'number') return {};
  const named = TRAIT_BITS.filter((_, bit) => ((value >> bit) & 1) === 1);
  return Object.fromEntries(named.map((name) => [name, 1]));
}

/** A member is `reference` or `[reference, traits]`; a tuple that begins with a number is a schema itself. */
function splitMember(entry: unknown): { reference: unknown; traits: Traits } {
  if (isTuple(entry) && entry.length === 2) return { reference: entry[0], traits: traitsOf(entry[1]) };
  return { reference: entry, traits: {} };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function names(value: unknown): string[] {
  return isTuple(value) ? value.filter((name) => typeof name === 'string') : [];
}

function locationOf(traits: Traits): { location: Location; wireName: string } {
  if (traits['httpLabel']) return { location: 'label', wireName: '' };
  if (traits['httpPayload'] || traits['streaming']) return { location: 'payload', wireName: '' };
  if (traits['httpResponseCode']) return { location: 'status', wireName: '' };
  const query = text(traits['httpQuery']);
  if (query !== undefined) return { location: 'query', wireName: query };
  const header = text(traits['httpHeader']);
  if (header !== undefined) return { location: 'header', wireName: header.toLowerCase() };
  const prefix = text(traits['httpPrefixHeaders']);
  if (prefix !== undefined) return { location: 'prefix-headers', wireName: prefix.toLowerCase() };
  if (traits['httpQueryParams']) return { location: 'query-params', wireName: '' };
  // A host label without a place of its own (the account id in front of the host) is filled by the listener.
  if (traits['hostLabel']) return { location: 'label', wireName: '' };
  return { location: 'body', wireName: '' };
}

/** Compiles each schema of a client once; recursive shapes refer to themselves. */
export class ShapeCompiler {
  readonly #compiled = new Map<Tuple, Shape>();

  compile(reference: unknown): Shape {
    const schema = resolveReference(reference);
    if (schema === 'unit' || schema === undefined) return EMPTY_STRUCTURE;
    if (typeof schema === 'number') return numbered(schema);
    if (!isTuple(schema)) throw new TypeError(`not a schema: ${typeof schema}`);
    // A member reference in the place of a schema: the item of a list may carry traits.
    if (typeof schema[0] !== 'number') return this.compile(schema[0]);
    const known = this.#compiled.get(schema);
    return known ?? this.#compileTuple(schema);
  }

  /** The same, for the places where the model always has a structure (inputs, outputs, errors). */
  structure(reference: unknown): StructureShape {
    const shape = this.compile(reference);
    if (shape.kind !== 'structure') throw new TypeError(`not a structure: ${shape.kind}`);
    return shape;
  }

  #compileTuple(schema: Tuple): Shape {
    switch (schema[0]) {
      case SIMPLE:
        return this.#remember(schema, simple(schema));
      case LIST: {
        const item = splitMember(schema[4]);
        const itemName = text(item.traits['xmlName']) ?? 'member';
        return this.#remember(schema, { kind: 'list', item: this.compile(item.reference), itemName });
      }
      case MAP: {
        const key = splitMember(schema[4]);
        const value = splitMember(schema[5]);
        return this.#remember(schema, {
          kind: 'map',
          value: this.compile(value.reference),
          keyName: text(key.traits['xmlName']) ?? 'key',
          valueName: text(value.traits['xmlName']) ?? 'value',
        });
      }
      case STRUCTURE:
      case UNION:
      case ERROR:
        return this.#compileStructure(schema);
      default:
        throw new TypeError(`unknown kind of schema: ${String(schema[0])}`);
    }
  }

  #compileStructure(schema: Tuple): StructureShape {
    const members: Member[] = [];
    const byName = new Map<string, Member>();
    const byXmlName = new Map<string, Member>();
    const name = text(schema[2]) ?? '';
    const shape: StructureShape = {
      kind: 'structure',
      name,
      xmlName: text(traitsOf(schema[3])['xmlName']) ?? name,
      union: schema[0] === UNION,
      members,
      byName,
      byXmlName,
    };
    // Before its members: one of them may lead back here.
    this.#remember(schema, shape);
    const requiredCount = typeof schema[6] === 'number' ? schema[6] : 0;
    const entries = isTuple(schema[5]) ? schema[5] : [];
    for (const [index, memberName] of names(schema[4]).entries()) {
      const member = this.#member(memberName, entries[index], index < requiredCount);
      members.push(member);
      byName.set(member.name, member);
      if (member.location === 'body') byXmlName.set(member.xmlName, member);
    }
    return shape;
  }

  #member(name: string, entry: unknown, required: boolean): Member {
    const { reference, traits } = splitMember(entry);
    const target = resolveReference(reference);
    // Streaming is written on the target (a blob) or, for event streams, on its union.
    const targetTraits = isTuple(target) ? traitsOf(target[3]) : {};
    const eventStream = targetTraits['streaming'] && isTuple(target) && target[0] === UNION;
    const namespace = traits['xmlNamespace'];
    const flattened = Boolean(traits['xmlFlattened']);
    const shape: Shape = eventStream ? { kind: 'event-stream' } : this.compile(reference);
    const xmlName = text(traits['xmlName']);
    return {
      name,
      shape,
      required,
      ...locationOf(traits),
      xmlName: xmlName ?? name,
      rootName: xmlName ?? (shape.kind === 'structure' ? shape.xmlName : name),
      flattened,
      attribute: Boolean(traits['xmlAttribute']),
      ...(isTuple(namespace) ? { xmlNamespace: [String(namespace[0]), String(namespace[1])] as const } : {}),
    };
  }

  #remember<S extends Shape>(schema: Tuple, shape: S): S {
    this.#compiled.set(schema, shape);
    return shape;
  }
}

/** The shape of operations without input or output; another structure without members is not this one. */
export const EMPTY_STRUCTURE: StructureShape = {
  kind: 'structure',
  name: 'Unit',
  xmlName: 'Unit',
  union: false,
  members: [],
  byName: new Map(),
  byXmlName: new Map(),
};

function simple(schema: Tuple): ScalarShape {
  const target = schema[4];
  return scalar(typeof target === 'number' ? target : 0);
}

function scalar(number: number): ScalarShape {
  const shape = SCALARS.get(number);
  if (shape === undefined) throw new TypeError(`unknown scalar: ${number}`);
  return shape;
}

function numbered(number: number): Shape {
  if (number >= MAP_FLAG) {
    return { kind: 'map', value: scalar(number - MAP_FLAG), keyName: 'key', valueName: 'value' };
  }
  if (number >= LIST_FLAG) return { kind: 'list', item: scalar(number - LIST_FLAG), itemName: 'member' };
  return scalar(number);
}
