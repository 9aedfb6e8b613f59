import type { AccessRequirement } from '../../wire/call.ts';
import { requestTags } from '../request-tags.ts';
import { bucketArn, context, namesAcl, writeContext } from './access-resources.ts';
import type { S3Access, S3Operation } from './s3-handler.ts';

interface OnBucket {
  readonly Bucket: string;
}

function onBucket(action: string) {
  return ({ Bucket }: OnBucket): AccessRequirement[] => [{ action, resource: bucketArn(Bucket) }];
}

interface ListInput extends OnBucket {
  readonly Prefix?: string;
  readonly Delimiter?: string;
  readonly MaxKeys?: number;
}

function list(action: string) {
  return ({ Bucket, Prefix, Delimiter, MaxKeys }: ListInput): AccessRequirement[] => [
    {
      action,
      resource: bucketArn(Bucket),
      context: context({
        // An absent prefix lists everything: policies see the empty one.
        's3:prefix': Prefix ?? '',
        's3:delimiter': Delimiter,
        's3:max-keys': MaxKeys === undefined ? undefined : String(MaxKeys),
      }),
    },
  ];
}

const createBucket: S3Access<'CreateBucket'> = (input, call) => {
  const resource = bucketArn(input.Bucket);
  const constraint = input.CreateBucketConfiguration?.LocationConstraint;
  const tags = input.CreateBucketConfiguration?.Tags ?? [];
  const shared = {
    ...writeContext(call.headers),
    ...context({ 's3:locationconstraint': constraint }),
    ...requestTags(tags),
  };
  const needed: AccessRequirement[] = [{ action: 's3:CreateBucket', resource, context: shared }];
  if (namesAcl(call.headers)) needed.push({ action: 's3:PutBucketAcl', resource, context: shared });
  if (tags.length > 0) needed.push({ action: 's3:TagResource', resource, context: shared });
  if (input.ObjectOwnership !== undefined) {
    needed.push({ action: 's3:PutBucketOwnershipControls', resource, context: shared });
  }
  return needed;
};

export const bucketAccess = {
  // Policies say `*` or `arn:aws:s3:::*`; both cover this.
  ListBuckets: () => [{ action: 's3:ListAllMyBuckets', resource: bucketArn('*') }],
  CreateBucket: createBucket,
  HeadBucket: onBucket('s3:ListBucket'),
  DeleteBucket: onBucket('s3:DeleteBucket'),
  GetBucketLocation: onBucket('s3:GetBucketLocation'),
  GetBucketVersioning: onBucket('s3:GetBucketVersioning'),
  PutBucketVersioning: onBucket('s3:PutBucketVersioning'),
  ListObjects: list('s3:ListBucket'),
  ListObjectsV2: list('s3:ListBucket'),
  ListObjectVersions: list('s3:ListBucketVersions'),
  ListMultipartUploads: onBucket('s3:ListBucketMultipartUploads'),
  GetBucketTagging: onBucket('s3:GetBucketTagging'),
  PutBucketTagging: onBucket('s3:PutBucketTagging'),
  DeleteBucketTagging: onBucket('s3:PutBucketTagging'),
  GetBucketPolicy: onBucket('s3:GetBucketPolicy'),
  PutBucketPolicy: onBucket('s3:PutBucketPolicy'),
  DeleteBucketPolicy: onBucket('s3:DeleteBucketPolicy'),
  GetBucketPolicyStatus: onBucket('s3:GetBucketPolicyStatus'),
  GetPublicAccessBlock: onBucket('s3:GetBucketPublicAccessBlock'),
  PutPublicAccessBlock: onBucket('s3:PutBucketPublicAccessBlock'),
  DeletePublicAccessBlock: onBucket('s3:PutBucketPublicAccessBlock'),
  GetBucketOwnershipControls: onBucket('s3:GetBucketOwnershipControls'),
  PutBucketOwnershipControls: onBucket('s3:PutBucketOwnershipControls'),
  DeleteBucketOwnershipControls: onBucket('s3:PutBucketOwnershipControls'),
  GetBucketAcl: onBucket('s3:GetBucketAcl'),
  PutBucketAcl: (input, call) => [
    { action: 's3:PutBucketAcl', resource: bucketArn(input.Bucket), context: writeContext(call.headers) },
  ],
  GetBucketEncryption: onBucket('s3:GetEncryptionConfiguration'),
  PutBucketEncryption: onBucket('s3:PutEncryptionConfiguration'),
  DeleteBucketEncryption: onBucket('s3:PutEncryptionConfiguration'),
  GetBucketCors: onBucket('s3:GetBucketCORS'),
  DeleteBucketCors: onBucket('s3:PutBucketCORS'),
  GetBucketWebsite: onBucket('s3:GetBucketWebsite'),
  DeleteBucketWebsite: onBucket('s3:DeleteBucketWebsite'),
  GetBucketLifecycleConfiguration: onBucket('s3:GetLifecycleConfiguration'),
  DeleteBucketLifecycle: onBucket('s3:PutLifecycleConfiguration'),
  GetObjectLockConfiguration: onBucket('s3:GetBucketObjectLockConfiguration'),
  GetBucketAccelerateConfiguration: onBucket('s3:GetAccelerateConfiguration'),
  GetBucketLogging: onBucket('s3:GetBucketLogging'),
  PutBucketLogging: onBucket('s3:PutBucketLogging'),
  GetBucketNotificationConfiguration: onBucket('s3:GetBucketNotification'),
  PutBucketNotificationConfiguration: onBucket('s3:PutBucketNotification'),
  GetBucketRequestPayment: onBucket('s3:GetBucketRequestPayment'),
  PutBucketRequestPayment: onBucket('s3:PutBucketRequestPayment'),
  GetBucketAbac: onBucket('s3:GetBucketAbac'),
  GetBucketAnalyticsConfiguration: onBucket('s3:GetAnalyticsConfiguration'),
  DeleteBucketAnalyticsConfiguration: onBucket('s3:PutAnalyticsConfiguration'),
  ListBucketAnalyticsConfigurations: onBucket('s3:GetAnalyticsConfiguration'),
  GetBucketIntelligentTieringConfiguration: onBucket('s3:GetIntelligentTieringConfiguration'),
  DeleteBucketIntelligentTieringConfiguration: onBucket('s3:PutIntelligentTieringConfiguration'),
  ListBucketIntelligentTieringConfigurations: onBucket('s3:GetIntelligentTieringConfiguration'),
  GetBucketInventoryConfiguration: onBucket('s3:GetInventoryConfiguration'),
  DeleteBucketInventoryConfiguration: onBucket('s3:PutInventoryConfiguration'),
  ListBucketInventoryConfigurations: onBucket('s3:GetInventoryConfiguration'),
  GetBucketMetricsConfiguration: onBucket('s3:GetMetricsConfiguration'),
  DeleteBucketMetricsConfiguration: onBucket('s3:PutMetricsConfiguration'),
  ListBucketMetricsConfigurations: onBucket('s3:GetMetricsConfiguration'),
} satisfies { readonly [Name in S3Operation]?: S3Access<Name> };
