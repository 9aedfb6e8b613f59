import { formatHttpDate } from './http-date.ts';
import type { ScalarShape, TimestampFormat } from './shapes.ts';

/** Text to value and back, for the protocols whose leaves are text (XML, query strings, headers). */

const INTEGER = /^[+-]?\d{1,16}$/;
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?$/;
const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;
const DATE_ONLY = /^\d{4}-\d{2}-\d{2}$/;
// IMF-fixdate, and the obsolete RFC 850 and asctime forms that RFC 9110 5.6.7 still asks to accept.
const HTTP_DATE = /^(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?,? /;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export interface ScalarOptions {
  /** The model does not tell integers from floating point: the service does. */
  readonly decimals: boolean;
}

/** The value, or undefined when the text is not one of this kind. */
export function parseScalar(shape: ScalarShape, text: string, options: ScalarOptions): unknown {
  switch (shape.kind) {
    case 'string':
      return text;
    case 'number':
      return parseNumber(text.trim(), options.decimals);
    case 'bigint':
      return INTEGER.test(text.trim()) ? BigInt(text.trim()) : undefined;
    case 'boolean':
      return parseBoolean(text.trim());
    case 'timestamp':
      return parseTimestamp(text.trim());
    case 'blob':
      return BASE64.test(text.trim()) ? Buffer.from(text.trim(), 'base64') : undefined;
    default:
      return undefined;
  }
}

function parseNumber(text: string, decimals: boolean): number | undefined {
  if (!(decimals ? DECIMAL : INTEGER).test(text)) return undefined;
  const value = Number(text);
  if (!decimals && !Number.isSafeInteger(value)) return undefined;
  return Number.isFinite(value) ? value : undefined;
}

function parseBoolean(text: string): boolean | undefined {
  // Old SDKs write True and TRUE; S3 takes them.
  const lower = text.toLowerCase();
  if (lower === 'true') return true;
  return lower === 'false' ? false : undefined;
}

function parseTimestamp(text: string): Date | undefined {
  if (INTEGER.test(text) || DECIMAL.test(text)) return validDate(Number(text) * 1000);
  if (!DATE_TIME.test(text) && !DATE_ONLY.test(text) && !HTTP_DATE.test(text)) return undefined;
  return validDate(Date.parse(text));
}

function validDate(milliseconds: number): Date | undefined {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** Text of a leaf. Throws TypeError for a value of another kind: a fault of the handler, not of the client. */
export function formatScalar(shape: ScalarShape, value: unknown, timestamps: TimestampFormat): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
    return String(value);
  if (value instanceof Date) return formatTimestamp(value, shape.format ?? timestamps);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  throw new TypeError(`a ${shape.kind} cannot be written from ${typeof value}`);
}

export function formatTimestamp(date: Date, format: TimestampFormat): string {
  switch (format) {
    case 'date-time':
      return date.toISOString();
    case 'http-date':
      return formatHttpDate(date);
    default:
      return String(date.getTime() / 1000);
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
