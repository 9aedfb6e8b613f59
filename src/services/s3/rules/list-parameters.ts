import { invalidArgument } from '../../../errors/s3.ts';

// AWS: "Returns up to 1,000 keys in each response".
export const LIST_ENTRIES_MAX = 1000;

/** @throws AwsError InvalidArgument */
export function checkEncodingType(encodingType: string | undefined): void {
  if (encodingType === undefined || encodingType === 'url') return;
  throw invalidArgument('Invalid Encoding Method specified in Request', 'encoding-type', encodingType);
}

/** How many entries a page may have, and what the answer says about it: more than a page holds is answered as a page.
 * @throws AwsError InvalidArgument */
export function pageSize(asked: number | undefined, argumentName = 'maxKeys'): number {
  if (asked === undefined) return LIST_ENTRIES_MAX;
  if (asked < 0 || asked > 0x7fff_ffff) {
    throw invalidArgument(
      `Argument ${argumentName} must be an integer between 0 and 2147483647`,
      argumentName,
      String(asked),
    );
  }
  return Math.min(asked, LIST_ENTRIES_MAX);
}

/** A page of one version of the list must not begin where the other version's parameter says nothing.
 * @throws AwsError InvalidArgument for a parameter that is there, whatever its value */
export function refuseParameters(
  query: ReadonlyMap<string, unknown>,
  messages: ReadonlyMap<string, string>,
): void {
  if (query.size === 0) return;
  for (const [name, message] of messages) if (query.has(name)) throw invalidArgument(message, name);
}

/** An empty one counts as 0, as at AWS.
 * @throws AwsError InvalidArgument */
export function partNumberMarker(value: string | undefined, argumentName: string): number {
  if (value === undefined || value === '') return 0;
  if (/^\d{1,10}$/.test(value)) return Number(value);
  throw invalidArgument(
    `Provided ${argumentName} not an integer or within integer range`,
    argumentName,
    value,
  );
}

const UNRESERVED = /^[A-Za-z0-9.\-*_/]*$/;

/** As AWS encodes under `encoding-type=url`: form encoding (a space is `+`) that leaves slashes alone. */
export function encodeListed(text: string): string {
  if (UNRESERVED.test(text)) return text;
  return encodeURIComponent(text)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/')
    .replaceAll("'", '%27')
    .replaceAll('(', '%28')
    .replaceAll(')', '%29')
    .replaceAll('!', '%21')
    .replaceAll('~', '%7E');
}

/** The encoder of one list request. */
export function listEncoder(encodingType: string | undefined): (text: string) => string {
  return encodingType === 'url' ? encodeListed : (text) => text;
}

const TOKEN_FORMAT = '1';

/** Where the next page begins. Opaque to clients, so that its content may change. */
export function continuationToken(after: string): string {
  return Buffer.from(TOKEN_FORMAT + after, 'utf8').toString('base64');
}

/** @throws AwsError InvalidArgument when it is none of ours. */
export function fromContinuationToken(token: string): string {
  const text = Buffer.from(token, 'base64').toString('utf8');
  if (!text.startsWith(TOKEN_FORMAT) || Buffer.from(text, 'utf8').toString('base64') !== token) {
    throw invalidArgument('The continuation token provided is incorrect', 'continuation-token');
  }
  return text.slice(TOKEN_FORMAT.length);
}
