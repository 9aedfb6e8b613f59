/** How far a request's time may lie from ours, as at AWS. */
export const SKEW_MS_MAX = 15 * 60 * 1000;

const AMZ_DATE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
const AMZ_DATE_LENGTH = 16;

/** Milliseconds since the epoch for `yyyyMMddTHHmmssZ`, undefined for anything else. */
export function parseAmzDate(text: string): number | undefined {
  if (text.length !== AMZ_DATE_LENGTH) return undefined;
  const parts = AMZ_DATE.exec(text);
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second] = parts;
  const milliseconds = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  // Date.UTC rolls the 31st of February over; such a text names no day.
  return amzDate(milliseconds) === text ? milliseconds : undefined;
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
