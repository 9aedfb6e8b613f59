/** What was thrown, in words; not for clients. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
