import { invalidArgument } from '../../errors/s3.ts';
import type { ObjectsContext } from '../../objects/context.ts';
import { listVersions } from '../../objects/list-versions.ts';
import { listObjectVersionsDocument } from './answers/list-object-versions-document.ts';
import { checkOptionalAttributes } from './answers/listed-object.ts';
import { checkEncodingType, listEncoder, pageSize } from './rules/list-parameters.ts';
import type { S3Handler } from './s3-handler.ts';

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
    const summary = {
      Name: input.Bucket,
      Prefix: encode(prefix),
      KeyMarker: encode(keyMarker ?? ''),
      VersionIdMarker: versionIdMarker ?? '',
      NextKeyMarker: next === undefined ? undefined : encode(next.keyMarker),
      NextVersionIdMarker: next?.versionIdMarker,
      MaxKeys: entriesMax,
      Delimiter: delimiter ? encode(delimiter) : undefined,
      EncodingType: input.EncodingType,
      IsTruncated: next !== undefined,
    };
    call.response.document = listObjectVersionsDocument(summary, page, encode);
    return {};
  };
