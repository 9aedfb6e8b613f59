import { SaxesParser, type SaxesTagNS } from 'saxes';
import { malformedXml } from '../errors/s3.ts';
import { parseScalar } from './scalars.ts';
import type { ListShape, MapShape, Member, ScalarShape, Shape, StructureShape } from './shapes.ts';

/** Strict, schema-directed and bounded. It refuses what AWS refuses and what no client means: a wrong root, unknown
 * elements, a scalar twice, bad numbers, DOCTYPE, text between elements. The order of elements is free. The caller
 * has already bounded the size. */

// The deepest document of the model has 9 levels (S3 Control's storage lens); more is an attack on the stack.
const DEPTH_MAX = 32;
// A CompleteMultipartUpload of 10,000 parts, each with its number, ETag and every checksum, has some 90,000.
const ELEMENTS_MAX = 200_000;
// A grantee has its type and two namespaces. The parser collects all of an element's attributes before it shows one.
const ATTRIBUTES_MAX = 32;

const XSI = 'http://www.w3.org/2001/XMLSchema-instance';

// Members that the model calls a number like any other, but which carry a fraction.
const DECIMAL_MEMBERS = new Set(['MinStorageBytesPercentage']);

export interface XmlRoot {
  readonly name: string;
  readonly shape: StructureShape;
  /** Namespaces that elements may be in, beside none at all. */
  readonly namespaces: readonly string[];
}

type Values = Record<string, unknown>;

/** One open element and what it builds. */
type Frame =
  | { kind: 'structure'; shape: StructureShape; value: Values }
  | { kind: 'list'; shape: ListShape; value: unknown[] }
  | { kind: 'map'; shape: MapShape; value: Values }
  | { kind: 'map-entry'; shape: MapShape; into: Values; key?: string; entry?: unknown }
  | { kind: 'scalar'; shape: ScalarShape; decimals: boolean; text: string; store: (value: unknown) => void };

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Throws MalformedXML. */
export function readXml(body: Uint8Array, root: XmlRoot): Values {
  const reader = new Reader(root);
  let text: string;
  try {
    text = decoder.decode(body);
  } catch (cause) {
    throw malformedXml(cause);
  }
  return reader.read(text);
}

class Reader {
  readonly #root: XmlRoot;
  readonly #frames: Frame[] = [];
  readonly #result: Values = record();
  #elements = 0;
  /** Of the element that is being opened. */
  #attributesSeen = 0;
  #finished = false;

  constructor(root: XmlRoot) {
    this.#root = root;
  }

  read(text: string): Values {
    // XML 1.1, whatever is declared: keys may hold control characters as &#x1;, which 1.0 forbids even escaped.
    const parser = new SaxesParser({ xmlns: true, defaultXMLVersion: '1.1', forceXMLVersion: true });
    parser.on('error', (cause) => {
      throw malformedXml(cause);
    });
    parser.on('doctype', () => {
      throw malformedXml();
    });
    parser.on('xmldecl', ({ encoding }) => {
      if (encoding !== undefined && !/^(?:utf-?8|us-ascii)$/i.test(encoding)) throw malformedXml();
    });
    parser.on('attribute', () => {
      if (++this.#attributesSeen > ATTRIBUTES_MAX) throw malformedXml();
    });
    parser.on('opentag', (tag) => this.#open(tag));
    parser.on('text', (chunk) => this.#text(chunk));
    parser.on('cdata', (chunk) => this.#text(chunk));
    parser.on('closetag', () => this.#close());
    parser.write(text).close();
    if (!this.#finished) throw malformedXml();
    return this.#result;
  }

  #open(tag: SaxesTagNS): void {
    this.#attributesSeen = 0;
    if (this.#frames.length >= DEPTH_MAX || ++this.#elements > ELEMENTS_MAX) throw malformedXml();
    if (tag.uri !== '' && !this.#root.namespaces.includes(tag.uri)) throw malformedXml();
    const parent = this.#frames.at(-1);
    if (parent === undefined) {
      if (tag.local !== this.#root.name) throw malformedXml();
      this.#frames.push({ kind: 'structure', shape: this.#root.shape, value: this.#result });
    } else {
      this.#openChild(parent, tag.local);
    }
    this.#attributes(tag);
  }

  #openChild(parent: Frame, name: string): void {
    switch (parent.kind) {
      case 'structure': {
        const member = parent.shape.byXmlName.get(name);
        if (member === undefined || member.attribute) throw malformedXml();
        return this.#openMember(parent.value, member);
      }
      case 'list':
        if (name !== parent.shape.itemName) throw malformedXml();
        return this.#push(parent.shape.item, (value) => parent.value.push(value));
      case 'map':
        if (name !== 'entry') throw malformedXml();
        this.#frames.push({ kind: 'map-entry', shape: parent.shape, into: parent.value });
        return;
      case 'map-entry':
        return this.#openMapEntry(parent, name);
      case 'scalar':
        throw malformedXml();
    }
  }

  #openMember(into: Values, member: Member): void {
    const shape = member.shape;
    if (member.flattened && shape.kind === 'list') {
      const list = listAt(into, member.name);
      return this.#push(shape.item, (value) => list.push(value));
    }
    if (member.flattened && shape.kind === 'map') {
      this.#frames.push({ kind: 'map-entry', shape, into: recordAt(into, member.name) });
      return;
    }
    if (Object.hasOwn(into, member.name)) throw malformedXml();
    // Held from the opening on, so that a repeated scalar is seen even while the first is empty.
    into[member.name] = undefined;
    this.#push(
      shape,
      (value) => {
        into[member.name] = value;
      },
      DECIMAL_MEMBERS.has(member.name),
    );
  }

  #openMapEntry(parent: Extract<Frame, { kind: 'map-entry' }>, name: string): void {
    if (name === parent.shape.keyName && parent.key === undefined) {
      return this.#push({ kind: 'string' }, (value) => {
        parent.key = String(value);
      });
    }
    if (name === parent.shape.valueName && parent.entry === undefined) {
      return this.#push(parent.shape.value, (value) => {
        parent.entry = value;
      });
    }
    throw malformedXml();
  }

  #push(shape: Shape, store: (value: unknown) => void, decimals = false): void {
    switch (shape.kind) {
      case 'structure': {
        const value = record();
        store(value);
        this.#frames.push({ kind: 'structure', shape, value });
        return;
      }
      case 'list': {
        const value: unknown[] = [];
        store(value);
        this.#frames.push({ kind: 'list', shape, value });
        return;
      }
      case 'map': {
        const value = record();
        store(value);
        this.#frames.push({ kind: 'map', shape, value });
        return;
      }
      default:
        this.#frames.push({ kind: 'scalar', shape, decimals, text: '', store });
    }
  }

  #attributes(tag: SaxesTagNS): void {
    for (const attribute of Object.values(tag.attributes)) {
      if (attribute.prefix === 'xmlns' || attribute.name === 'xmlns') continue;
      const frame = this.#frames.at(-1);
      const member =
        frame?.kind === 'structure' && attribute.uri === XSI
          ? frame.shape.byXmlName.get(`xsi:${attribute.local}`)
          : undefined;
      if (frame?.kind === 'structure' && member?.attribute) frame.value[member.name] = attribute.value;
      // xsi:schemaLocation and xml:lang say nothing about the document's meaning; anything else does.
      else if (attribute.uri !== XSI && attribute.prefix !== 'xml') throw malformedXml();
    }
  }

  #text(chunk: string): void {
    const frame = this.#frames.at(-1);
    if (frame?.kind === 'scalar') frame.text += chunk;
    else if (chunk.trim() !== '') throw malformedXml();
  }

  #close(): void {
    const frame = this.#frames.pop();
    if (frame === undefined) throw malformedXml();
    if (frame.kind === 'scalar') {
      const value = parseScalar(frame.shape, frame.text, { decimals: frame.decimals });
      if (value === undefined) throw malformedXml();
      frame.store(value);
    } else if (frame.kind === 'structure') {
      requireMembers(frame.shape, frame.value);
    } else if (frame.kind === 'map-entry') {
      if (frame.key === undefined || frame.entry === undefined) throw malformedXml();
      frame.into[frame.key] = frame.entry;
    }
    if (this.#frames.length === 0) this.#finished = true;
  }
}

/** Keys come from the network (map keys): no prototype to pollute. */
function record(): Values {
  const value: Values = {};
  Object.setPrototypeOf(value, null);
  return value;
}

function listAt(into: Values, name: string): unknown[] {
  const known = into[name];
  if (Array.isArray(known)) return known;
  const list: unknown[] = [];
  into[name] = list;
  return list;
}

function recordAt(into: Values, name: string): Values {
  const known = into[name];
  if (isValues(known)) return known;
  const value = record();
  into[name] = value;
  return value;
}

function isValues(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function requireMembers(shape: StructureShape, value: Values): void {
  for (const member of shape.members) {
    if (member.required && member.location === 'body' && value[member.name] === undefined)
      throw malformedXml();
  }
  if (shape.union && Object.keys(value).length !== 1) throw malformedXml();
}
