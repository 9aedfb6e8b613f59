import { invalidArgument } from '../errors/s3.ts';

/** Header values are bytes; node gives and takes them as Latin-1. */

const BEYOND_ASCII = /[^\u0020-\u007e\t]/;
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/;
const decoder = new TextDecoder('utf-8', { fatal: true });

/** UTF-8 where the bytes are UTF-8, else as they are. */
export function decodeHeaderText(text: string): string {
  if (!BEYOND_ASCII.test(text)) return text;
  try {
    return decoder.decode(Buffer.from(text, 'latin1'));
  } catch {
    return text;
  }
}

/** S3 gives text beyond ASCII back as an RFC 2047 encoded word. Throws InvalidArgument for control characters: a
 * value chosen by the client (response-content-disposition) must not begin a new header. */
export function encodeHeaderText(text: string): string {
  if (!BEYOND_ASCII.test(text)) return text;
  if (CONTROL.test(text)) throw invalidArgument('Header value cannot contain control characters');
  return `=?UTF-8?B?${Buffer.from(text, 'utf8').toString('base64')}?=`;
}
