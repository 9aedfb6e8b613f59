const SAFE_WORD = /^[\w@%+=:,./-]+$/;

/** A command as a POSIX shell takes it: what needs quotes gets them. */
export function shellWords(words: readonly string[]): string {
  return words
    .map((word) => (SAFE_WORD.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`))
    .join(' ');
}
