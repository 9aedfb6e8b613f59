import type { Bucket } from '../../../buckets/bucket.ts';
import { invalidArgument, notImplemented } from '../../../errors/s3.ts';
import type { NewObject } from '../../../objects/put-object.ts';
import type { SystemMetadata } from '../../../store/tables/rows.ts';
import type { S3Call } from '../s3-handler.ts';
import { checkWriteAcl } from './access-control-list.ts';
import { checkWriteEncryption } from './encryption-headers.ts';
import { checkObjectLockHeaders } from './object-lock-headers.ts';
import { storageClass } from './storage-class.ts';
import { taggingHeader } from './tag-set.ts';
import { storedMetadata } from './user-metadata.ts';

type Headers = Readonly<Record<string, string>>;

/** Every header that says what a new object shall be, obeyed or refused by name (PutObject, CreateMultipartUpload; the
 * destination of CopyObject uses the checks alone).
 * @throws AwsError */
export function newObject(
  input: SystemInput & { readonly Key: string; readonly Metadata?: Record<string, string> },
  call: S3Call,
  bucket: Bucket,
): NewObject {
  const { headers } = call;
  checkWriteHeaders(call, bucket);
  return {
    key: input.Key,
    metadata: storedMetadata(input.Metadata),
    system: systemMetadata(input, headers),
    storageClass: storageClass(headers['x-amz-storage-class']),
    tags: taggingHeader(headers['x-amz-tagging']),
  };
}

/** @throws AwsError */
export function checkWriteHeaders(call: S3Call, bucket: Bucket): void {
  const { headers } = call;
  if (headers['x-amz-write-offset-bytes'] !== undefined) throw notImplemented('x-amz-write-offset-bytes');
  checkWriteEncryption(headers);
  checkObjectLockHeaders(headers);
  checkWriteAcl(call, bucket);
}

export interface SystemInput {
  readonly ContentType?: string;
  readonly CacheControl?: string;
  readonly ContentDisposition?: string;
  readonly ContentEncoding?: string;
  readonly ContentLanguage?: string;
}

/** As sent; `aws-chunked` describes the transfer and is not part of the object. */
export function systemMetadata(input: SystemInput, headers: Headers): SystemMetadata {
  const contentEncoding = withoutAwsChunked(input.ContentEncoding);
  const redirect = websiteRedirect(headers);
  // Kept as text: AWS gives back even what is no date.
  const { expires } = headers;
  return {
    ...(input.ContentType ? { contentType: input.ContentType } : {}),
    ...(input.CacheControl === undefined ? {} : { cacheControl: input.CacheControl }),
    ...(input.ContentDisposition === undefined ? {} : { contentDisposition: input.ContentDisposition }),
    ...(contentEncoding === undefined ? {} : { contentEncoding }),
    ...(input.ContentLanguage === undefined ? {} : { contentLanguage: input.ContentLanguage }),
    ...(expires === undefined ? {} : { expires }),
    ...(redirect === undefined ? {} : { websiteRedirectLocation: redirect }),
  };
}

/** @throws AwsError InvalidArgument */
export function websiteRedirect(headers: Headers): string | undefined {
  const location = headers['x-amz-website-redirect-location'];
  if (location === undefined) return undefined;
  if (/^(\/|https?:\/\/)/.test(location)) return location;
  throw invalidArgument(
    "The website redirect location must have a prefix of 'http://' or 'https://' or '/'.",
    'x-amz-website-redirect-location',
    location,
  );
}

function withoutAwsChunked(contentEncoding: string | undefined): string | undefined {
  if (contentEncoding === undefined) return undefined;
  if (!contentEncoding.includes('aws-chunked')) return contentEncoding;
  const rest = contentEncoding
    .split(',')
    .map((token) => token.trim())
    .filter((token) => token !== 'aws-chunked' && token !== '');
  return rest.length === 0 ? undefined : rest.join(',');
}
