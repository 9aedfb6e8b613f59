import { invalidArgument } from '../../errors/s3.ts';
import type { ObjectsContext } from '../../objects/context.ts';
import { listObjects } from '../../objects/list-objects.ts';
import { listObjectsV2Document } from './answers/list-objects-v2-document.ts';
import { checkOptionalAttributes } from './answers/listed-object.ts';
import {
  checkEncodingType,
  continuationToken,
  fromContinuationToken,
  listEncoder,
  pageSize,
  refuseParameters,
} from './rules/list-parameters.ts';
import type { S3Handler } from './s3-handler.ts';

const VERSION_1_ONLY: ReadonlyMap<string, string> = new Map([
  ['marker', 'Marker unsupported with REST.GET.BUCKET in list-type=2'],
]);

export const ListObjectsV2 =
  (objects: ObjectsContext): S3Handler<'ListObjectsV2'> =>
  async (input, call) => {
    checkEncodingType(input.EncodingType);
    checkOptionalAttributes(call.headers['x-amz-optional-object-attributes']);
    refuseParameters(call.query, VERSION_1_ONLY);
    const entriesMax = pageSize(input.MaxKeys);
    const encode = listEncoder(input.EncodingType);
    const {
      Prefix: prefix = '',
      Delimiter: delimiter,
      ContinuationToken: token,
      StartAfter: startAfter,
    } = input;
    if (token === '') {
      throw invalidArgument('The continuation token provided is incorrect', 'continuation-token');
    }
    const after = token === undefined ? startAfter : fromContinuationToken(token);
    const bucket = await objects.buckets.require(input.Bucket);
    const page = await listObjects(objects, bucket, {
      prefix,
      ...(delimiter ? { delimiter } : {}),
      ...(after ? { after } : {}),
      entriesMax,
    });
    const summary = {
      Name: input.Bucket,
      Prefix: encode(prefix),
      StartAfter: token === undefined && startAfter ? encode(startAfter) : undefined,
      ContinuationToken: token,
      NextContinuationToken: page.next === undefined ? undefined : continuationToken(page.next),
      KeyCount: page.objects.length + page.commonPrefixes.length,
      MaxKeys: entriesMax,
      Delimiter: delimiter ? encode(delimiter) : undefined,
      EncodingType: input.EncodingType,
      IsTruncated: page.next !== undefined,
    };
    const owner = input.FetchOwner === true ? bucket.row.owner : undefined;
    call.response.document = listObjectsV2Document(summary, page, encode, owner);
    return {};
  };
