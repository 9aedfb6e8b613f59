import { getBucketPolicy } from '../../buckets/bucket-policy.ts';
import type { ObjectsContext } from '../../objects/context.ts';
import { parsedPolicy } from '../../policy/parsed-policy.ts';
import { isPublicPolicy } from '../../policy/public-policy.ts';
import type { S3Handler } from './s3-handler.ts';

export const GetBucketPolicyStatus =
  ({ buckets }: ObjectsContext): S3Handler<'GetBucketPolicyStatus'> =>
  async (input) => {
    const document = parsedPolicy(getBucketPolicy(await buckets.require(input.Bucket)), 'resource');
    return { PolicyStatus: { IsPublic: isPublicPolicy(document) } };
  };
