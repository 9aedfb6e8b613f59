/** S3 shows whole seconds, in lists as in headers, so that clients can compare them. */
export function shownTime(ms: number): Date {
  return new Date(Math.floor(ms / 1000) * 1000);
}
