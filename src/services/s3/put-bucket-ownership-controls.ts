import { putOwnershipControls } from '../../buckets/ownership-controls.ts';
import { malformedXml } from '../../errors/s3.ts';
import type { ObjectsContext } from '../../objects/context.ts';
import { isObjectOwnership } from './rules/object-ownership.ts';
import type { S3Handler } from './s3-handler.ts';

export const PutBucketOwnershipControls =
  ({ buckets }: ObjectsContext): S3Handler<'PutBucketOwnershipControls'> =>
  async (input) => {
    const [rule, ...others] = input.OwnershipControls.Rules;
    const ownership = rule?.ObjectOwnership;
    if (ownership === undefined || others.length > 0 || !isObjectOwnership(ownership)) throw malformedXml();
    await putOwnershipControls(buckets, await buckets.require(input.Bucket), ownership);
    return {};
  };
