import type { ObjectsContext } from '../../objects/context.ts';
import { sdkWord } from './answers/sdk-word.ts';
import type { S3Handler } from './s3-handler.ts';

/** us-east-1 is the one region without a name here. */
export const GetBucketLocation =
  ({ buckets }: ObjectsContext): S3Handler<'GetBucketLocation'> =>
  async (input) => {
    const { region } = (await buckets.require(input.Bucket)).row;
    return region === 'us-east-1' ? {} : { LocationConstraint: sdkWord(region) };
  };
