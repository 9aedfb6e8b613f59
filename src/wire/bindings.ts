import { invalidArgument, invalidRequest, missingObjectAttributes } from '../errors/s3.ts';
import { decodeHeaderText, encodeHeaderText } from './header-text.ts';
import { formatScalar, isRecord, parseScalar } from './scalars.ts';
import type { Operation } from './service-model.ts';
import type { Member, Shape, StructureShape } from './shapes.ts';

/** Members that travel outside the body: labels, query, headers, prefix headers. */

export type Values = Record<string, unknown>;

export interface Bound {
  /** Decoded. */
  readonly labels: Readonly<Record<string, string>>;
  readonly query: ReadonlyMap<string, readonly string[]>;
  readonly headers: Readonly<Record<string, string>>;
}

// S3 ignores what it cannot read in HTTP's own date headers (RFC 9110 13.1.3), and keeps any text as Expires.
const LENIENT_DATES = new Set([
  'if-modified-since',
  'if-unmodified-since',
  'x-amz-copy-source-if-modified-since',
  'x-amz-copy-source-if-unmodified-since',
  'expires',
]);

/** Throws InvalidArgument for a value that is not of the member's kind, InvalidRequest for a required one missing. */
export function readBindings(operation: Operation, bound: Bound): Values {
  const values: Values = {};
  for (const member of operation.labelMembers) readLabel(member, bound, values);
  if (bound.query.size > 0) for (const member of operation.queryMembers) readQuery(member, bound, values);
  for (const member of operation.prefixHeaderMembers) readPrefixHeaders(member, bound, values);
  for (const name in bound.headers) {
    const member = operation.headerMembers.get(name);
    const text = bound.headers[name];
    if (member !== undefined && text !== undefined) readHeader(member, text, values);
  }
  requireBound(operation.requiredMembers, values);
  return values;
}

function readLabel(member: Member, bound: Bound, values: Values): void {
  const text = bound.labels[member.name];
  if (text !== undefined) values[member.name] = scalarOf(member, member.shape, text);
}

function readQuery(member: Member, bound: Bound, values: Values): void {
  const given = bound.query.get(member.wireName);
  if (given === undefined) return;
  const { shape } = member;
  if (shape.kind === 'list') {
    values[member.name] = given.map((text) => scalarOf(member, shape.item, text));
    return;
  }
  const text = given[0] ?? '';
  // `max-keys=` means the default; an empty text is a value.
  if (text === '' && shape.kind !== 'string') return;
  values[member.name] = scalarOf(member, shape, text);
}

function readHeader(member: Member, text: string, values: Values): void {
  const { shape } = member;
  if (shape.kind === 'list') {
    const items = text.split(',').map((item) => item.trim());
    values[member.name] = items.map((item) => scalarOf(member, shape.item, item));
    return;
  }
  if (shape.kind === 'timestamp' && LENIENT_DATES.has(member.wireName)) {
    const date = parseScalar(shape, text, { decimals: false });
    if (date !== undefined) values[member.name] = date;
    return;
  }
  values[member.name] = scalarOf(member, shape, shape.kind === 'string' ? decodeHeaderText(text) : text);
}

function readPrefixHeaders(member: Member, bound: Bound, values: Values): void {
  const found: [string, string][] = [];
  for (const name in bound.headers) {
    if (!name.startsWith(member.wireName)) continue;
    found.push([name.slice(member.wireName.length), decodeHeaderText(bound.headers[name] ?? '')]);
  }
  // From entries: `__proto__` is a name like any other, and an assignment would lose it.
  if (found.length > 0) values[member.name] = Object.fromEntries(found);
}

function scalarOf(member: Member, shape: Shape, text: string): unknown {
  if (shape.kind === 'structure' || shape.kind === 'list' || shape.kind === 'map') {
    throw new TypeError(`${member.name} cannot travel outside the body`);
  }
  const value = parseScalar(shape, text, { decimals: false });
  if (value !== undefined) return value;
  throw invalidArgument(refusalOf(member, shape.kind), member.wireName || member.name, text);
}

function refusalOf(member: Member, kind: string): string {
  if (member.wireName === 'partNumber')
    return 'Part number must be an integer between 1 and 10000, inclusive';
  if (kind === 'number') return `Provided ${member.wireName} not an integer or within integer range`;
  return `The value of ${member.wireName || member.name} is not valid`;
}

function requireBound(required: readonly Member[], values: Values): void {
  for (const member of required) {
    if (values[member.name] !== undefined) continue;
    if (member.location === 'header') {
      if (member.wireName === 'x-amz-object-attributes') throw missingObjectAttributes();
      throw invalidRequest(`Missing required header for this request: ${member.wireName}`);
    }
    if (member.location === 'query') {
      throw invalidArgument(`This request requires the parameter ${member.wireName}`, member.wireName);
    }
    if (member.location === 'label') throw invalidRequest(`Missing required value: ${member.name}`);
  }
}

/** Output members that travel as headers. Lists are joined by a comma. */
export function writeHeaders(
  output: StructureShape,
  values: Readonly<Values>,
  headers: Record<string, string>,
): void {
  // An answer has few of an output's members: they are gone through, in the order in which the handler gave them.
  for (const given in values) {
    const value = values[given];
    if (value === undefined || value === null) continue;
    const member = output.byName.get(given);
    if (member === undefined) continue;
    if (member.location === 'header') headers[member.wireName] = headerText(member.shape, value);
    else if (member.location === 'prefix-headers' && isRecord(value)) {
      for (const [name, text] of Object.entries(value)) {
        if (typeof text === 'string') headers[member.wireName + name] = encodeHeaderText(text);
      }
    }
  }
}

function headerText(shape: Shape, value: unknown): string {
  if (typeof value === 'string') return encodeHeaderText(value);
  if (shape.kind === 'list' && Array.isArray(value)) {
    return value.map((item) => headerText(shape.item, item)).join(',');
  }
  if (shape.kind === 'structure' || shape.kind === 'list' || shape.kind === 'map') {
    throw new TypeError(`a ${shape.kind} cannot travel as a header`);
  }
  return formatScalar(shape, value, 'http-date');
}
