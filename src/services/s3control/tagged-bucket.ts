import type { Bucket } from '../../buckets/bucket.ts';
import type { Buckets } from '../../buckets/buckets.ts';
import { accessDenied, elementNotImplemented, invalidRequest } from '../../errors/s3.ts';
import type { AccessRequirement } from '../../wire/call.ts';
import { bucketArn } from '../s3/access-resources.ts';
import { requireAccountId, type S3ControlCall } from './operation.ts';

/** What TagResource, UntagResource and ListTagsForResource act on: of AWS's resources we have general purpose buckets. */
export interface TaggedResource {
  readonly ResourceArn: string;
  readonly AccountId?: string | undefined;
}

// The model's pattern, which the S3 Control API reference states for ResourceArn.
const RESOURCE_ARN = /^arn:[^:]+:s3(express)?:/;
const BUCKET_ARN = /^arn:aws:s3:::([^/:]+)$/;

/** The action of the operation's name on the bucket. https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_TagResource.html */
export function onTagged(
  call: S3ControlCall,
  { ResourceArn: arn }: TaggedResource,
  context: AccessRequirement['context'] = {},
): AccessRequirement[] {
  return [{ action: `s3:${call.operation}`, resource: bucketArn(bucketNameOf(arn)), context }];
}

/** @throws AwsError NoSuchBucket, InvalidRequest for what is no ARN or no account, NotImplemented for other resources than buckets,
 * AccessDenied where the bucket is not of the account that the request names */
export async function requireTagged(
  buckets: Buckets,
  { ResourceArn: arn, AccountId: account }: TaggedResource,
): Promise<Bucket> {
  const bucket = await buckets.require(bucketNameOf(arn));
  if (bucket.row.owner !== requireAccountId(account)) throw accessDenied();
  return bucket;
}

function bucketNameOf(arn: string): string {
  if (!RESOURCE_ARN.test(arn)) throw invalidRequest('The resource ARN is not valid.');
  const [, name] = BUCKET_ARN.exec(arn) ?? [];
  if (name === undefined) throw elementNotImplemented('ResourceArn');
  return name;
}
