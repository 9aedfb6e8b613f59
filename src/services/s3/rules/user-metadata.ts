import { metadataTooLarge } from '../../../errors/s3.ts';

// AWS: "the user-defined metadata is limited to 2 KB in size", counted as UTF-8 bytes of names and values.
export const USER_METADATA_BYTES_MAX = 2048;

const ENCODED_WORD = /=\?utf-8\?([bq])\?([^?]*)\?=/gi;

/** What is stored of the `x-amz-meta-` headers: names in lower case, values decoded as RFC 2047 says (the wire
 * encodes what is not US-ASCII when it goes out, as AWS does).
 * @throws AwsError MetadataTooLarge */
export function storedMetadata(
  headers: Readonly<Record<string, string>> | undefined,
): Record<string, string> {
  if (headers === undefined) return {};
  const stored: [string, string][] = [];
  let sizeBytes = 0;
  for (const [name, value] of Object.entries(headers)) {
    const decoded = value.includes('=?') ? decodeEncodedWords(value) : value;
    stored.push([name.toLowerCase(), decoded]);
    sizeBytes += Buffer.byteLength(name) + Buffer.byteLength(decoded);
  }
  if (sizeBytes > USER_METADATA_BYTES_MAX) throw metadataTooLarge(sizeBytes, USER_METADATA_BYTES_MAX);
  // From entries: `__proto__` is a name like any other, and an assignment would lose it.
  return Object.fromEntries(stored);
}

function decodeEncodedWords(value: string): string {
  return value.replace(ENCODED_WORD, (_word, encoding: string, text: string) =>
    encoding.toLowerCase() === 'b' ? Buffer.from(text, 'base64').toString('utf8') : decodeQuoted(text),
  );
}

function decodeQuoted(text: string): string {
  const latin = text
    .replaceAll('_', ' ')
    .replace(/=([0-9a-f]{2})/gi, (_match, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(latin, 'latin1').toString('utf8');
}
