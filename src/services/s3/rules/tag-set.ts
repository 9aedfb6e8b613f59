import { badRequest, invalidArgument, invalidTag, malformedXml } from '../../../errors/s3.ts';

export type TagPairs = readonly (readonly [string, string])[];
export type TagHolder = 'object' | 'bucket' | 'new-bucket';

// AWS's limits: "You can add up to 10 tags to an object", 50 to a bucket; keys 128 and values 256 UTF-16 characters.
const OBJECT_TAGS_MAX = 10;
const BUCKET_TAGS_MAX = 50;
const TAG_KEY_CHARACTERS_MAX = 128;
const TAG_VALUE_CHARACTERS_MAX = 256;

const TAG_CHARACTERS = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

const SYSTEM_TAG_MESSAGES: Readonly<Record<TagHolder, string>> = {
  object: 'Your TagKey cannot be prefixed with aws:',
  bucket: 'System tags cannot be added/updated by requester',
  'new-bucket': `User-defined tag keys can't start with "aws:". This prefix is reserved for system tags. Remove "aws:" from your tag keys and try again.`,
};

/** The tags of a request body, in the order sent.
 * @throws AwsError MalformedXML, InvalidTag or BadRequest */
export function tagSet(
  tags: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined,
  holder: TagHolder,
): TagPairs {
  const pairs: [string, string][] = [];
  for (const { Key, Value } of tags ?? []) {
    if (Key === undefined || Value === undefined) throw malformedXml();
    pairs.push([Key, Value]);
  }
  checkTags(pairs, holder);
  return pairs;
}

const HEADER_MESSAGE =
  "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.";

/** The tags of an `x-amz-tagging` header; names without `=` have empty values.
 * @throws AwsError InvalidArgument, InvalidTag or BadRequest */
export function taggingHeader(header: string | undefined): TagPairs {
  if (header === undefined || header === '') return [];
  const pairs: [string, string][] = [];
  const seen = new Set<string>();
  for (const part of header.split('&')) {
    if (part === '') continue;
    const [rawKey = '', rawValue = '', ...rest] = part.split('=');
    const key = decodeFormComponent(rawKey);
    const value = decodeFormComponent(rawValue);
    if (rest.length > 0 || key === undefined || value === undefined || key === '' || seen.has(key)) {
      throw invalidArgument(HEADER_MESSAGE, 'x-amz-tagging', header);
    }
    seen.add(key);
    pairs.push([key, value]);
  }
  checkTags(pairs, 'object');
  return pairs;
}

function decodeFormComponent(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

/** @throws AwsError InvalidTag or BadRequest */
export function checkTags(pairs: TagPairs, holder: TagHolder): void {
  const seen = new Set<string>();
  for (const [key, value] of pairs) {
    if (key.toLowerCase().startsWith('aws:')) throw invalidTag(SYSTEM_TAG_MESSAGES[holder]);
    if (key === '' || key.length > TAG_KEY_CHARACTERS_MAX || !TAG_CHARACTERS.test(key)) {
      throw invalidTag('The TagKey you have provided is invalid', { TagKey: key });
    }
    if (value.length > TAG_VALUE_CHARACTERS_MAX || !TAG_CHARACTERS.test(value)) {
      throw invalidTag('The TagValue you have provided is invalid', { TagKey: key, TagValue: value });
    }
    if (seen.has(key)) throw invalidTag('Cannot provide multiple Tags with the same key', { TagKey: key });
    seen.add(key);
  }
  if (holder === 'object' && pairs.length > OBJECT_TAGS_MAX) {
    throw badRequest(`Object tags cannot be greater than ${OBJECT_TAGS_MAX}`);
  }
  if (holder !== 'object' && pairs.length > BUCKET_TAGS_MAX) {
    throw badRequest(`Bucket tag count cannot be greater than ${BUCKET_TAGS_MAX}`);
  }
}
