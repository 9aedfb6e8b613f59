import { AwsError } from '../../../errors/aws-error.ts';
import { invalidArgument, invalidRequest, notOverridable } from '../../../errors/s3.ts';
import type { FoundObject } from '../../../objects/read-object.ts';
import { stampMilliseconds } from '../../../store/tables/order-stamp.ts';
import { listBucketRequirement } from '../access-objects.ts';
import { presentedStorageClass } from '../rules/storage-class.ts';
import type { S3Call, S3Input, S3Output } from '../s3-handler.ts';
import { checksumMembers } from './checksum-members.ts';
import { sdkWord } from './sdk-word.ts';
import { shownTime } from './shown-time.ts';
import { quoted } from './written-object.ts';

// As AWS stores an object that came without a type.
const CONTENT_TYPE_DEFAULT = 'binary/octet-stream';

type ReadInput = S3Input<'GetObject'>;
type ReadOutput = Omit<S3Output<'GetObject'>, 'Body'>;

/** The answer of GetObject and HeadObject, bytes apart. Sets 206 and the headers that no member carries. */
export function foundObject(found: FoundObject, input: ReadInput, call: S3Call): ReadOutput {
  const { version, range } = found;
  const { system } = version;
  const shownClass = presentedStorageClass(version.storageClass);
  const output: ReadOutput = {
    AcceptRanges: 'bytes',
    LastModified: shownTime(found.lastModifiedMs),
    ContentLength: range.end - range.start,
    ETag: quoted(version.etag),
    ContentType: system.contentType ?? CONTENT_TYPE_DEFAULT,
    ServerSideEncryption: version.encryption,
    CacheControl: system.cacheControl,
    ContentDisposition: system.contentDisposition,
    ContentEncoding: system.contentEncoding,
    ContentLanguage: system.contentLanguage,
    WebsiteRedirectLocation: system.websiteRedirectLocation,
    StorageClass: shownClass === undefined ? undefined : sdkWord(shownClass),
    Metadata: version.metadata,
    VersionId: found.versionId,
    ReplicationStatus: found.replicationStatus,
    TagCount: found.tags.length === 0 ? undefined : found.tags.length,
    PartsCount: found.partsCount,
  };
  const expires = input.ResponseExpires?.toUTCString() ?? system.expires;
  if (expires !== undefined) call.response.headers['expires'] = expires;
  chooseHeaders(call);
  if (found.partial) {
    call.response.status = 206;
    output.ContentRange = `bytes ${range.start}-${range.end - 1}/${version.size}`;
  }
  if (input.ChecksumMode === 'ENABLED') Object.assign(output, shownChecksum(found, input.PartNumber));
  return output;
}

/** A checksum goes with the bytes that it was made of: the whole object, or the part that was asked for. */
function shownChecksum(found: FoundObject, partNumber: number | undefined) {
  const { version, range } = found;
  const whole = range.start === 0 && range.end === version.size;
  if (partNumber !== undefined && version.parts !== undefined) {
    return checksumMembers(version.parts[partNumber - 1]?.checksum);
  }
  return whole ? checksumMembers(version.checksum) : {};
}

/** The headers of the answer that a request may choose: "response-" and one of these. */
const CHOSEN_HEADERS = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
];
const CHOICE = 'response-';
// What Latin-1 has and a header may hold: a value must not begin a new one.
const LATIN = /^[\t\u0020-\u007e\u0080-\u00ff]*$/;

/** Answer headers can be chosen by signed requests only: else a link could make the server say anything.
 * @throws AwsError InvalidArgument, InvalidRequest */
export function checkResponseParameters(call: S3Call): void {
  for (const [name, [value = '']] of call.query) {
    if (!name.startsWith(CHOICE)) continue;
    if (!CHOSEN_HEADERS.includes(name.slice(CHOICE.length))) throw notOverridable(name, value);
    if (call.caller.kind === 'anonymous') {
      throw invalidRequest('Request specific response headers cannot be used for anonymous GET requests.');
    }
    if (!LATIN.test(value)) {
      throw invalidArgument('Header value cannot be represented using ISO-8859-1.', name, value);
    }
  }
}

/** As they are: as members they would be encoded like stored metadata. A date was read and is written anew. */
function chooseHeaders({ query, response }: S3Call): void {
  if (query.size === 0) return;
  for (const name of CHOSEN_HEADERS) {
    const value = name === 'expires' ? undefined : query.get(CHOICE + name)?.[0];
    if (value) response.headers[name] = value;
  }
}

const MISSING = new Set(['NoSuchKey', 'NoSuchVersion']);

/** Who may not list the bucket is not told what is missing from it: 403 instead of 404, as at AWS. */
export async function hidingWhatIsMissing<T>(call: S3Call, bucket: string, read: Promise<T>): Promise<T> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof AwsError && MISSING.has(error.code)) {
      await call.authorise(listBucketRequirement(bucket));
    }
    throw error;
  }
}

export function lastModified(version: { readonly stamp: string }): Date {
  return shownTime(stampMilliseconds(version.stamp));
}
