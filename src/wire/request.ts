import { invalidUri } from '../errors/s3.ts';
import type { ByteStream } from '../lib/byte-stream.ts';

/** One HTTP request as the wire layer passes it on: nothing decoded that a signature covers. */
export interface WireRequest {
  readonly method: string;
  /** The request target, path and query, exactly as received. */
  readonly rawUrl: string;
  /** The path of `rawUrl`, still percent-encoded. */
  readonly rawPath: string;
  readonly query: ReadonlyMap<string, readonly string[]>;
  /** Lower-case names; repeated headers joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  /** Name, value, name, value ... as received. */
  readonly rawHeaders: readonly string[];
  readonly host: string;
  readonly sourceIp: string;
  readonly secure: boolean;
  /** The bytes of the body, transfer encoding removed. Reading it is what answers `Expect: 100-continue`. */
  readonly body: ByteStream;
  readonly signal: AbortSignal;
}

const NO_QUERY: ReadonlyMap<string, readonly string[]> = new Map();

/** Path and decoded query of a request target. Throws InvalidURI. */
export function splitUrl(rawUrl: string): { rawPath: string; query: ReadonlyMap<string, readonly string[]> } {
  const mark = rawUrl.indexOf('?');
  if (mark === -1) return { rawPath: rawUrl, query: NO_QUERY };
  return { rawPath: rawUrl.slice(0, mark), query: parseQuery(rawUrl.slice(mark + 1)) };
}

/** `+` is a space, as in forms. Throws InvalidURI for broken percent-encoding. */
export function parseQuery(query: string): ReadonlyMap<string, readonly string[]> {
  if (query === '') return NO_QUERY;
  const parsed = new Map<string, string[]>();
  for (const pair of query.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const key = decodeComponent(equals === -1 ? pair : pair.slice(0, equals), true);
    const value = equals === -1 ? '' : decodeComponent(pair.slice(equals + 1), true);
    const values = parsed.get(key);
    if (values === undefined) parsed.set(key, [value]);
    else values.push(value);
  }
  return parsed;
}

/** Percent-decoded UTF-8. Throws InvalidURI. */
export function decodeComponent(text: string, plusIsSpace = false): string {
  const spaced = plusIsSpace && text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    throw invalidUri(text);
  }
}
