import type { ObjectsContext } from '../../objects/context.ts';
import { headObject } from '../../objects/head-object.ts';
import { checkResponseParameters, foundObject, hidingWhatIsMissing } from './answers/found-object.ts';
import { readSelection } from './rules/read-selection.ts';
import type { S3Handler } from './s3-handler.ts';

export const HeadObject =
  (objects: ObjectsContext): S3Handler<'HeadObject'> =>
  async (input, call) => {
    checkResponseParameters(call);
    const bucket = await objects.buckets.require(input.Bucket);
    const selection = readSelection(input, call);
    const found = await hidingWhatIsMissing(call, input.Bucket, headObject(objects, bucket, selection));
    return foundObject(found, input, call);
  };
