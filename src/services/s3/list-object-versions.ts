import { shownTime } from './answers/shown-time.ts';
import { sdkWord } from './answers/sdk-word.ts';
import { invalidArgument } from '../../errors/s3.ts';
import type { ObjectsContext } from '../../objects/context.ts';
import { listVersions } from '../../objects/list-versions.ts';
import type { ListedVersion } from '../../objects/list-versions.ts';
import { checkOptionalAttributes } from './answers/listed-object.ts';
import { ownerOf } from './answers/owner.ts';
import { quoted } from './answers/written-object.ts';
import { checkEncodingType, listEncoder, pageSize } from './rules/list-parameters.ts';
import type { S3Handler, S3Output } from './s3-handler.ts';

type Encoder = (text: string) => string;
type Version = NonNullable<S3Output<'ListObjectVersions'>['Versions']>[number];

export const ListObjectVersions =
  (objects: ObjectsContext): S3Handler<'ListObjectVersions'> =>
  async (input, call) => {
    checkEncodingType(input.EncodingType);
    checkOptionalAttributes(call.headers['x-amz-optional-object-attributes']);
    const entriesMax = pageSize(input.MaxKeys);
    const encode = listEncoder(input.EncodingType);
    const {
      Prefix: prefix = '',
      Delimiter: delimiter,
      KeyMarker: keyMarker,
      VersionIdMarker: versionIdMarker,
    } = input;
    if (versionIdMarker && !keyMarker) {
      throw invalidArgument(
        'A version-id marker cannot be specified without a key marker.',
        'version-id-marker',
        versionIdMarker,
      );
    }
    const bucket = await objects.buckets.require(input.Bucket);
    const page = await listVersions(objects, bucket, {
      prefix,
      ...(delimiter ? { delimiter } : {}),
      ...(keyMarker ? { keyMarker } : {}),
      ...(versionIdMarker ? { versionIdMarker } : {}),
      entriesMax,
    });
    const { next } = page;
    return {
      Name: input.Bucket,
      Prefix: encode(prefix),
      KeyMarker: encode(keyMarker ?? ''),
      VersionIdMarker: versionIdMarker ?? '',
      ...(delimiter ? { Delimiter: encode(delimiter) } : {}),
      MaxKeys: entriesMax,
      IsTruncated: next !== undefined,
      ...(next === undefined ? {} : { NextKeyMarker: encode(next.keyMarker) }),
      ...(next?.versionIdMarker === undefined ? {} : { NextVersionIdMarker: next.versionIdMarker }),
      ...(input.EncodingType === undefined ? {} : { EncodingType: input.EncodingType }),
      Versions: page.versions.flatMap((listed) => objectVersion(listed, encode)),
      DeleteMarkers: page.versions
        .filter(({ row }) => row.kind === 'delete-marker')
        .map((listed) => identity(listed, encode)),
      CommonPrefixes: page.commonPrefixes.map((common) => ({ Prefix: encode(common) })),
    };
  };

function identity({ key, row, versionId, latest, lastModifiedMs }: ListedVersion, encode: Encoder) {
  return {
    Key: encode(key),
    VersionId: versionId,
    IsLatest: latest,
    LastModified: shownTime(lastModifiedMs),
    Owner: ownerOf(row.owner),
  };
}

function objectVersion(listed: ListedVersion, encode: Encoder): Version[] {
  const { row } = listed;
  if (row.kind !== 'object') return [];
  const { checksum } = row;
  return [
    {
      ...identity(listed, encode),
      ETag: quoted(row.etag),
      ...(checksum === undefined
        ? {}
        : { ChecksumAlgorithm: [checksum.algorithm], ChecksumType: checksum.type }),
      Size: row.size,
      StorageClass: sdkWord(row.storageClass),
    },
  ];
}
