import { getOwnershipControls } from '../../buckets/ownership-controls.ts';
import type { ObjectsContext } from '../../objects/context.ts';
import { sdkWord } from './answers/sdk-word.ts';
import type { S3Handler } from './s3-handler.ts';

export const GetBucketOwnershipControls =
  ({ buckets }: ObjectsContext): S3Handler<'GetBucketOwnershipControls'> =>
  async (input) => {
    const ownership = getOwnershipControls(await buckets.require(input.Bucket));
    return { OwnershipControls: { Rules: [{ ObjectOwnership: sdkWord(ownership) }] } };
  };
