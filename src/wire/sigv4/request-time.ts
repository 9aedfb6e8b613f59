/** How far a request's time may lie from ours, as at AWS. */
export const SKEW_MS_MAX = 15 * 60 * 1000;

const AMZ_DATE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
const AMZ_DATE_LENGTH = 16;

/** Milliseconds since the epoch for `yyyyMMddTHHmmssZ`, undefined for anything else. */
export function parseAmzDate(text: string): number | undefined {
  if (text.length !== AMZ_DATE_LENGTH) return undefined;
  const parts = AMZ_DATE.exec(text);
  if (parts === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1).map(Number);
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  // Date.UTC rolls the 31st of February over; such a text names no day.
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() : undefined;
}

/** `yyyyMMddTHHmmssZ` */
export function amzDate(milliseconds: number): string {
  return isoSeconds(milliseconds).replace(/[-:]/g, '');
}

/** `yyyy-MM-ddTHH:mm:ssZ`, as S3 writes times into its errors. */
export function isoSeconds(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

/** Milliseconds for a Date header: RFC 1123, or the form of x-amz-date. */
export function parseDateHeader(text: string): number | undefined {
  const milliseconds = parseAmzDate(text) ?? (text.endsWith('GMT') ? Date.parse(text) : Number.NaN);
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}
