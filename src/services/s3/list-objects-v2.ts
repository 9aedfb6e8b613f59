import { invalidArgument } from '../../errors/s3.ts';
import type { ObjectsContext } from '../../objects/context.ts';
import { listObjects } from '../../objects/list-objects.ts';
import { checkOptionalAttributes, listedObjects } from './answers/listed-object.ts';
import {
  checkEncodingType,
  continuationToken,
  fromContinuationToken,
  listEncoder,
  pageSize,
} from './rules/list-parameters.ts';
import type { S3Handler } from './s3-handler.ts';

export const ListObjectsV2 =
  (objects: ObjectsContext): S3Handler<'ListObjectsV2'> =>
  async (input, call) => {
    checkEncodingType(input.EncodingType);
    checkOptionalAttributes(call.headers['x-amz-optional-object-attributes']);
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
    return {
      Name: input.Bucket,
      Prefix: encode(prefix),
      ...(delimiter ? { Delimiter: encode(delimiter) } : {}),
      ...(token === undefined ? {} : { ContinuationToken: token }),
      ...(token === undefined && startAfter ? { StartAfter: encode(startAfter) } : {}),
      MaxKeys: entriesMax,
      KeyCount: page.objects.length + page.commonPrefixes.length,
      IsTruncated: page.next !== undefined,
      ...(page.next === undefined ? {} : { NextContinuationToken: continuationToken(page.next) }),
      ...(input.EncodingType === undefined ? {} : { EncodingType: input.EncodingType }),
      ...entries(page, encode, input.FetchOwner === true ? bucket.row.owner : undefined),
    };
  };

function entries(...[page, encode, owner]: Parameters<typeof listedObjects>) {
  return {
    ...(page.objects.length === 0 ? {} : { Contents: listedObjects(page, encode, owner) }),
    ...(page.commonPrefixes.length === 0
      ? {}
      : { CommonPrefixes: page.commonPrefixes.map((common) => ({ Prefix: encode(common) })) }),
  };
}
