import { malformedTrailer } from '../../../errors/payloads.ts';
import { invalidDigest, missingContentLength } from '../../../errors/s3.ts';
import type { ExpectedDigests, IncomingBody } from '../../../objects/incoming-body.ts';
import type { S3Call } from '../s3-handler.ts';
import { checkDigest, checksumHeader, declaredChecksum } from './checksum-headers.ts';

const MD5_BASE64 = /^[A-Za-z0-9+/]{22}==$/;

/** The bytes of PutObject or UploadPart with everything they will be held against.
 * @throws AwsError MissingContentLength, InvalidDigest, InvalidRequest */
export function incomingBody(call: S3Call): IncomingBody {
  const { headers, trailers } = call;
  if (call.bodyLength === undefined) throw missingContentLength();
  const contentMd5 = headers['content-md5'];
  if (contentMd5 !== undefined && !MD5_BASE64.test(contentMd5)) throw invalidDigest(contentMd5);
  const declared = declaredChecksum(headers);
  const body = { chunks: call.body, sizeBytes: call.bodyLength };
  const expectedMd5: ExpectedDigests = contentMd5 === undefined ? {} : { contentMd5 };
  if (declared === undefined) {
    return contentMd5 === undefined ? body : { ...body, expected: () => expectedMd5 };
  }
  return {
    ...body,
    algorithm: declared.algorithm,
    expected() {
      if (declared.value !== undefined) return { ...expectedMd5, checksum: declared.value };
      const checksum = trailers.get(checksumHeader(declared.algorithm));
      if (checksum === undefined) throw malformedTrailer();
      checkDigest(declared.algorithm, checksum);
      return { ...expectedMd5, checksum };
    },
  };
}
