import { invalidArgument } from '../../errors/s3.ts';
import type { ObjectsContext } from '../../objects/context.ts';
import { headObject } from '../../objects/head-object.ts';
import { stampMilliseconds } from '../../store/tables/order-stamp.ts';
import type { ObjectVersion } from '../../store/tables/rows.ts';
import { checksumMembers, partChecksumMembers } from './answers/checksum-members.ts';
import { hidingWhatIsMissing } from './answers/found-object.ts';
import { sdkWord } from './answers/sdk-word.ts';
import { shownTime } from './answers/shown-time.ts';
import { checkReadEncryption } from './rules/encryption-headers.ts';
import { pageSize, partNumberMarker } from './rules/list-parameters.ts';
import type { S3Handler, S3Output } from './s3-handler.ts';

const ATTRIBUTES = new Set(['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize']);

export const GetObjectAttributes =
  (objects: ObjectsContext): S3Handler<'GetObjectAttributes'> =>
  async (input, call) => {
    checkReadEncryption(call.headers);
    const asked = new Set<string>(input.ObjectAttributes);
    for (const name of asked) {
      if (!ATTRIBUTES.has(name))
        throw invalidArgument('Invalid attribute name specified.', 'x-amz-object-attributes', name);
    }
    const partsPage = {
      marker: partNumberMarker(input.PartNumberMarker, 'x-amz-part-number-marker'),
      partsMax: pageSize(input.MaxParts, 'x-amz-max-parts'),
    };
    const bucket = await objects.buckets.require(input.Bucket);
    const { VersionId: versionId } = input;
    const reading = headObject(objects, bucket, {
      key: input.Key,
      method: 'GET',
      ...(versionId === undefined ? {} : { versionId }),
    });
    const found = await hidingWhatIsMissing(call, input.Bucket, reading);
    const { version } = found;
    const output: S3Output<'GetObjectAttributes'> = {
      LastModified: shownTime(stampMilliseconds(version.stamp)),
      VersionId: found.versionId,
    };
    if (asked.has('ETag')) output.ETag = version.etag;
    if (asked.has('Checksum') && version.checksum !== undefined) output.Checksum = wholeChecksum(version);
    const parts = asked.has('ObjectParts') ? objectParts(version, partsPage) : undefined;
    if (parts !== undefined) output.ObjectParts = parts;
    if (asked.has('StorageClass')) output.StorageClass = sdkWord(version.storageClass);
    if (asked.has('ObjectSize')) output.ObjectSize = version.size;
    return output;
  };

/** Without the `-3` that HEAD shows of a composite one. */
function wholeChecksum({ checksum }: ObjectVersion) {
  if (checksum === undefined) return {};
  return checksumMembers({ ...checksum, value: checksum.value.replace(/-\d+$/, '') });
}

interface PartsPage {
  readonly marker: number;
  readonly partsMax: number;
}

/** Parts are listed only where each has a checksum of its own that counts. */
function objectParts(version: ObjectVersion, { marker, partsMax }: PartsPage) {
  const { parts } = version;
  if (parts === undefined) return undefined;
  if (version.checksum?.type !== 'COMPOSITE') return { TotalPartsCount: parts.length };
  const page = parts.slice(marker, marker + partsMax);
  const truncated = marker + page.length < parts.length;
  return {
    TotalPartsCount: parts.length,
    PartNumberMarker: String(marker),
    NextPartNumberMarker: String(page.length === 0 ? 0 : marker + page.length),
    MaxParts: partsMax,
    IsTruncated: truncated,
    Parts: page.map((part, index) => ({
      PartNumber: marker + index + 1,
      Size: part.size,
      ...partChecksumMembers(part.checksum),
    })),
  };
}
