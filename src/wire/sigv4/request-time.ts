/** How far a request's time may lie from ours, as at AWS. */
export const SKEW_MS_MAX = 15 * 60 * 1000;

const AMZ_DATE_LENGTH = 16;

/** Milliseconds since the epoch for `yyyyMMddTHHmmssZ`, undefined for anything else. */
export function parseAmzDate(text: string): number | undefined {
  if (text.length !== AMZ_DATE_LENGTH || text[8] !== 'T' || text[15] !== 'Z') return undefined;
  const year = digits(text, 0, 4);
  const month = digits(text, 4, 6);
  const day = digits(text, 6, 8);
  const hour = digits(text, 9, 11);
  const minute = digits(text, 11, 13);
  const second = digits(text, 13, 15);
  // Not a digit somewhere: NaN is neither smaller nor greater.
  if (!(year >= 0 && month >= 0 && day >= 0 && hour <= 23 && minute <= 59 && second <= 59)) return undefined;
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  // Date.UTC rolls the 31st of February over; such a text names no day.
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() : undefined;
}

/** Without a regular expression: every request comes through here. */
function digits(text: string, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at += 1) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

const ZERO = 48;

/** `yyyyMMddTHHmmssZ` */
export function amzDate(milliseconds: number): string {
  return isoSeconds(milliseconds).replace(/[-:]/g, '');
}

/** `yyyy-MM-ddTHH:mm:ssZ`, as S3 writes times into its errors. */
export function isoSeconds(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

// Where a client has set a Date header, botocore writes it as mail has it: with `-0000`.
const IN_UTC = /^[A-Z][a-z]{2}, .* (?:GMT|UTC|[+-]0000)$/;

/** Milliseconds for a Date header: RFC 1123, or the form of x-amz-date. */
export function parseDateHeader(text: string): number | undefined {
  const milliseconds = parseAmzDate(text) ?? (IN_UTC.test(text) ? Date.parse(text) : Number.NaN);
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}
