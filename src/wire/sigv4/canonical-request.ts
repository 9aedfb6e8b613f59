import { invalidUri } from '../../errors/s3.ts';
import type { RequestHeaders, SignedRequest } from './authenticated.ts';

// The canonical request of signature version 4, made from the request as it came over the wire, byte for byte: what
// is decoded first and encoded again can differ from what was signed. Strings hold one byte per character (latin1),
// as node delivers header values and request targets.

const UNRESERVED_PATH = /^[A-Za-z0-9\-._~/]*$/;
const UNRESERVED_COMPONENT = /^[A-Za-z0-9\-._~]*$/;
const ENCODED_OR_RESERVED_IN_PATH = /%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~/]/g;
const ENCODED_OR_RESERVED = /%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~]/g;
const UNRESERVED_CHARACTER = /[A-Za-z0-9\-._~]/;

/** Path and query of a request target. Throws InvalidURI for one that is not a path: a proxy's absolute form would
 * name a second host beside the signed one. */
export function splitTarget(rawUrl: string): { readonly path: string; readonly query: string } {
  if (!rawUrl.startsWith('/')) throw invalidUri(rawUrl);
  const mark = rawUrl.indexOf('?');
  return mark === -1
    ? { path: rawUrl, query: '' }
    : { path: rawUrl.slice(0, mark), query: rawUrl.slice(mark + 1) };
}

/** One percent-encoding for each byte: what is unreserved stands for itself, the rest is upper-case hex. `%2F` stays
 * apart from `/`, so that a signature for one path never opens another. */
function normaliseEncoding(part: string): string {
  if (part.length === 3) {
    const character = String.fromCharCode(Number.parseInt(part.slice(1), 16));
    return UNRESERVED_CHARACTER.test(character) ? character : part.toUpperCase();
  }
  return percent(part.charCodeAt(0));
}

function percent(byte: number): string {
  return `%${byte < 16 ? '0' : ''}${byte.toString(16).toUpperCase()}`;
}

/** S3 signs the path as it is: encoded once, `//` and `..` left alone. */
export function canonicalS3Path(path: string): string {
  return UNRESERVED_PATH.test(path) ? path : path.replace(ENCODED_OR_RESERVED_IN_PATH, normaliseEncoding);
}

/** All other services: dot segments and repeated slashes removed, then every segment encoded a second time. */
export function canonicalServicePath(path: string): string {
  if (path === '/') return path;
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..') kept.pop();
    else kept.push(segment.replace(ENCODED_OR_RESERVED, normaliseEncoding).replaceAll('%', '%25'));
  }
  return `/${kept.join('/')}${kept.length > 0 && path.endsWith('/') ? '/' : ''}`;
}

/** A query parameter in its canonical encoding. A plus sign is a space, as in forms. */
function canonicalComponent(text: string): string {
  if (UNRESERVED_COMPONENT.test(text)) return text;
  return text.replaceAll('+', '%20').replace(ENCODED_OR_RESERVED, normaliseEncoding);
}

export interface QueryParameter {
  /** Both in canonical encoding. */
  readonly name: string;
  readonly value: string;
}

/** The parameters in the order given; empty pieces (`&&`) are none. */
export function queryParameters(query: string): QueryParameter[] {
  const parameters: QueryParameter[] = [];
  if (query === '') return parameters;
  for (const piece of query.split('&')) {
    if (piece === '') continue;
    const equals = piece.indexOf('=');
    const name = equals === -1 ? piece : piece.slice(0, equals);
    const value = equals === -1 ? '' : piece.slice(equals + 1);
    parameters.push({ name: canonicalComponent(name), value: canonicalComponent(value) });
  }
  return parameters;
}

/** Sorted by encoded name, then by encoded value. */
export function canonicalQuery(parameters: readonly QueryParameter[]): string {
  const [first] = parameters;
  if (first === undefined) return '';
  if (parameters.length === 1) return `${first.name}=${first.value}`;
  return parameters
    .toSorted((a, b) => compare(a.name, b.name) || compare(a.value, b.value))
    .map(({ name, value }) => `${name}=${value}`)
    .join('&');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function canonicalValue(value: string | readonly string[] | undefined): string {
  // A name that was signed but not sent counts as empty, so its removal breaks the signature. So does a name that
  // every object knows, as `constructor`.
  const text = typeof value === 'string' ? value : Array.isArray(value) ? value.join(',') : '';
  return text.includes('  ') || text.includes('\t') ? text.replace(/[ \t]+/g, ' ').trim() : text.trim();
}

/** `name:value` lines, one for each signed header, each with its line end. */
export function canonicalHeaders(headers: RequestHeaders, signedHeaders: readonly string[]): string {
  let lines = '';
  for (const name of signedHeaders) lines += `${name}:${canonicalValue(headers[name])}\n`;
  return lines;
}

/** Node joins a repeated header with `, `; signers join with `,`. Undefined when no signed header came twice. */
export function headersApart(
  request: SignedRequest,
  signedHeaders: readonly string[],
): RequestHeaders | undefined {
  const raw = request.rawHeaders ?? [];
  const apart = new Map<string, string[]>();
  let repeated = false;
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index]?.toLowerCase() ?? '';
    if (!signedHeaders.includes(name)) continue;
    const values = apart.get(name) ?? [];
    values.push(canonicalValue(raw[index + 1]));
    apart.set(name, values);
    // Node keeps the first of some headers alone (host, content-type); only what it joined may be told apart.
    if (values.length > 1 && String(request.headers[name]).includes(', ')) repeated = true;
  }
  return repeated ? { ...request.headers, ...Object.fromEntries(apart) } : undefined;
}

export interface CanonicalParts {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: string;
  readonly signedHeaders: readonly string[];
  readonly payloadHash: string;
}

export function canonicalRequest(parts: CanonicalParts): string {
  return `${parts.method}\n${parts.path}\n${parts.query}\n${parts.headers}\n${parts.signedHeaders.join(';')}\n${parts.payloadHash}`;
}
