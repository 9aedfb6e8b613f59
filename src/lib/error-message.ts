/** What was thrown, in words; not for clients. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Without its full stop. */
export function firstSentence(text: string): string {
  return text.split(/\.\s|\n/, 1)[0]?.replace(/\.$/, '') ?? text;
}
