import type { ObjectsContext } from '../../objects/context.ts';
import { readObject } from '../../objects/read-object.ts';
import { checkResponseParameters, foundObject, hidingWhatIsMissing } from './answers/found-object.ts';
import { readSelection } from './rules/read-selection.ts';
import { checkReadable } from './rules/storage-class.ts';
import type { S3Handler } from './s3-handler.ts';

export const GetObject =
  (objects: ObjectsContext): S3Handler<'GetObject'> =>
  async (input, call) => {
    checkResponseParameters(call);
    const bucket = await objects.buckets.require(input.Bucket);
    const selection = readSelection(input, call, ({ storageClass }) => checkReadable(storageClass));
    const found = await hidingWhatIsMissing(call, input.Bucket, readObject(objects, bucket, selection));
    return { ...foundObject(found, input, call), Body: found.body };
  };
