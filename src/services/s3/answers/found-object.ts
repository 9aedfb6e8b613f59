import { AwsError } from '../../../errors/aws-error.ts';
import { invalidRequest } from '../../../errors/s3.ts';
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
    ContentType: input.ResponseContentType ?? system.contentType ?? CONTENT_TYPE_DEFAULT,
    ServerSideEncryption: version.encryption,
    CacheControl: input.ResponseCacheControl ?? system.cacheControl,
    ContentDisposition: input.ResponseContentDisposition ?? system.contentDisposition,
    ContentEncoding: input.ResponseContentEncoding ?? system.contentEncoding,
    ContentLanguage: input.ResponseContentLanguage ?? system.contentLanguage,
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

const RESPONSE_PARAMETERS = [
  'response-cache-control',
  'response-content-disposition',
  'response-content-encoding',
  'response-content-language',
  'response-content-type',
  'response-expires',
];

/** Answer headers can be chosen by signed requests only: else a link could make the server say anything.
 * @throws AwsError InvalidRequest */
export function checkResponseParameters(call: S3Call): void {
  if (call.caller.kind !== 'anonymous' || call.query.size === 0) return;
  if (RESPONSE_PARAMETERS.some((name) => call.query.has(name))) {
    throw invalidRequest('Request specific response headers cannot be used for anonymous GET requests.');
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
