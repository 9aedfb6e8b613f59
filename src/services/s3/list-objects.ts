import type { ObjectsContext } from '../../objects/context.ts';
import { listObjects } from '../../objects/list-objects.ts';
import { checkOptionalAttributes, listedObjects } from './answers/listed-object.ts';
import { checkEncodingType, listEncoder, pageSize, refuseParameters } from './rules/list-parameters.ts';
import type { S3Handler } from './s3-handler.ts';

/** In AWS's words, and in the order in which it looks. */
const VERSION_2_ONLY: ReadonlyMap<string, string> = new Map([
  ['continuation-token', 'continuation-token only supported in REST.GET.BUCKET with list-type=2'],
  ['start-after', 'startAfter only supported in REST.GET.BUCKET with list-type=2'],
]);

export const ListObjects =
  (objects: ObjectsContext): S3Handler<'ListObjects'> =>
  async (input, call) => {
    checkEncodingType(input.EncodingType);
    checkOptionalAttributes(call.headers['x-amz-optional-object-attributes']);
    refuseParameters(call.query, VERSION_2_ONLY);
    const entriesMax = pageSize(input.MaxKeys);
    const encode = listEncoder(input.EncodingType);
    const { Prefix: prefix = '', Delimiter: delimiter, Marker: marker = '' } = input;
    const bucket = await objects.buckets.require(input.Bucket);
    const page = await listObjects(objects, bucket, {
      prefix,
      ...(delimiter ? { delimiter } : {}),
      ...(marker === '' ? {} : { after: marker }),
      entriesMax,
    });
    // Without a delimiter clients go on from the last key; an empty page has none to go on from.
    const showsNext = page.next !== undefined && (delimiter || page.objects.length === 0);
    return {
      Name: input.Bucket,
      Prefix: encode(prefix),
      Marker: encode(marker),
      ...(delimiter ? { Delimiter: encode(delimiter) } : {}),
      MaxKeys: entriesMax,
      IsTruncated: page.next !== undefined,
      ...(showsNext ? { NextMarker: encode(page.next ?? '') } : {}),
      ...(input.EncodingType === undefined ? {} : { EncodingType: input.EncodingType }),
      Contents: listedObjects(page, encode, bucket.row.owner),
      CommonPrefixes: page.commonPrefixes.map((common) => ({ Prefix: encode(common) })),
    };
  };
