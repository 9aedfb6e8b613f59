/** S3 shows whole seconds, in lists as in headers, so that clients can compare them. */
export function shownTime(ms: number): Date {
  return new Date(Math.floor(ms / 1000) * 1000);
}

const DAY_SECONDS = 86_400;
const TWO_DIGITS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));

let day = Number.NaN;
let dayText = '';

/** The same as text. A page shows a thousand of them, mostly of one day. */
export function shownTimeText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const daysSinceEpoch = Math.floor(seconds / DAY_SECONDS);
  if (daysSinceEpoch !== day) {
    day = daysSinceEpoch;
    dayText = new Date(daysSinceEpoch * DAY_SECONDS * 1000).toISOString().slice(0, 11);
  }
  const ofDay = seconds - daysSinceEpoch * DAY_SECONDS;
  const hours = TWO_DIGITS[Math.floor(ofDay / 3600)] ?? '';
  const minutes = TWO_DIGITS[Math.floor(ofDay / 60) % 60] ?? '';
  return `${dayText}${hours}:${minutes}:${TWO_DIGITS[ofDay % 60] ?? ''}.000Z`;
}
