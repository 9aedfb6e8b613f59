/** A reason has room for 256 characters, and a key has up to 1,024 bytes: of a long one its end is shown. */
const SHOWN_LENGTH_MAX = 80;

/** A key, or another text that a client chose, inside of a message. */
export function shownKey(text: string): string {
  return text.length <= SHOWN_LENGTH_MAX ? text : `…${text.slice(1 - SHOWN_LENGTH_MAX)}`;
}
