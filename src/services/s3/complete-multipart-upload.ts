import { invalidRequest, malformedXml } from '../../errors/s3.ts';
import type { NamedPart } from '../../objects/complete-multipart-upload.ts';
import { completeMultipartUpload } from '../../objects/complete-multipart-upload.ts';
import type { ObjectsContext } from '../../objects/context.ts';
import type { ChecksumAlgorithm } from '../../store/tables/rows.ts';
import { checksumMembers } from './answers/checksum-members.ts';
import { objectUrl } from './answers/location.ts';
import { quoted, writtenVersionId } from './answers/written-object.ts';
import { declaredChecksum, isChecksumAlgorithm } from './rules/checksum-headers.ts';
import { checkPartEncryption } from './rules/encryption-headers.ts';
import { checksumType } from './rules/multipart-checksum.ts';
import { writeConditions } from './rules/write-conditions.ts';
import type { S3Handler, S3Input } from './s3-handler.ts';

export const CompleteMultipartUpload =
  (objects: ObjectsContext): S3Handler<'CompleteMultipartUpload'> =>
  async (input, call) => {
    const { headers } = call;
    checkPartEncryption(headers);
    const bucket = await objects.buckets.require(input.Bucket);
    const parts = namedParts(input.MultipartUpload?.Parts);
    const conditions = writeConditions(headers);
    const type = checksumType(headers['x-amz-checksum-type']);
    const checksum = declaredChecksum(headers, true);
    const written = await completeMultipartUpload(objects, bucket, {
      key: input.Key,
      uploadId: input.UploadId,
      parts,
      ...(conditions === undefined ? {} : { conditions }),
      ...(input.MpuObjectSize === undefined ? {} : { objectSize: input.MpuObjectSize }),
      ...(type === undefined ? {} : { checksumType: type }),
      ...(checksum?.value === undefined
        ? {}
        : { checksum: { algorithm: checksum.algorithm, value: checksum.value } }),
    });
    const { version } = written;
    return {
      Location: objectUrl(call, input.Bucket, input.Key),
      Bucket: input.Bucket,
      Key: input.Key,
      ETag: quoted(version.etag),
      ...checksumMembers(version.checksum),
      ServerSideEncryption: version.encryption,
      ...writtenVersionId(written),
    };
  };

type SentPart = NonNullable<
  NonNullable<S3Input<'CompleteMultipartUpload'>['MultipartUpload']>['Parts']
>[number];

function namedParts(sent: readonly SentPart[] | undefined): NamedPart[] {
  if (sent === undefined || sent.length === 0) throw invalidRequest('You must specify at least one part');
  return sent.map((part) => {
    if (part.PartNumber === undefined || part.ETag === undefined) throw malformedXml();
    const checksums = partChecksums(part);
    return {
      partNumber: part.PartNumber,
      etag: part.ETag,
      ...(checksums.size === 0 ? {} : { checksums }),
    };
  });
}

const MEMBER_PREFIX = 'Checksum';

function partChecksums(part: SentPart): Map<ChecksumAlgorithm, string> {
  const checksums = new Map<ChecksumAlgorithm, string>();
  for (const [member, value] of Object.entries(part)) {
    const algorithm = member.startsWith(MEMBER_PREFIX) ? member.slice(MEMBER_PREFIX.length) : '';
    if (isChecksumAlgorithm(algorithm) && typeof value === 'string') checksums.set(algorithm, value);
  }
  return checksums;
}
