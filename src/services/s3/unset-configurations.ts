import {
  elementNotImplemented,
  invalidRequest,
  malformedXml,
  noSuchConfiguration,
  noSuchCorsConfiguration,
  noSuchLifecycleConfiguration,
  noSuchWebsiteConfiguration,
  objectLockConfigurationNotFound,
} from '../../errors/s3.ts';
import type { S3Handler } from './s3-handler.ts';

/** AWS's answers for bucket configurations that no bucket can have yet. Clients read them on their way (Terraform polls a
 * dozen on every create), so each says *not set* as AWS does; writing one is refused unless it asks for just that state.
 * The access check has already found the bucket. A configuration that gets built moves into files of its own. */

export const GetBucketCors: S3Handler<'GetBucketCors'> = async ({ Bucket }) => {
  throw noSuchCorsConfiguration(Bucket);
};

export const GetBucketWebsite: S3Handler<'GetBucketWebsite'> = async ({ Bucket }) => {
  throw noSuchWebsiteConfiguration(Bucket);
};

export const GetBucketLifecycleConfiguration: S3Handler<'GetBucketLifecycleConfiguration'> = async ({
  Bucket,
}) => {
  throw noSuchLifecycleConfiguration(Bucket);
};

export const GetObjectLockConfiguration: S3Handler<'GetObjectLockConfiguration'> = async ({ Bucket }) => {
  throw objectLockConfigurationNotFound(Bucket);
};

export const GetBucketAccelerateConfiguration: S3Handler<
  'GetBucketAccelerateConfiguration'
> = async () => ({});
export const GetBucketLogging: S3Handler<'GetBucketLogging'> = async () => ({});
export const GetBucketNotificationConfiguration: S3Handler<
  'GetBucketNotificationConfiguration'
> = async () => ({});
export const GetBucketRequestPayment: S3Handler<'GetBucketRequestPayment'> = async () => ({
  Payer: 'BucketOwner',
});
export const GetBucketAbac: S3Handler<'GetBucketAbac'> = async () => ({ AbacStatus: { Status: 'Disabled' } });

async function configurationOfUnknownId(): Promise<never> {
  throw noSuchConfiguration();
}
export const GetBucketAnalyticsConfiguration: S3Handler<'GetBucketAnalyticsConfiguration'> =
  configurationOfUnknownId;
export const GetBucketIntelligentTieringConfiguration: S3Handler<'GetBucketIntelligentTieringConfiguration'> =
  configurationOfUnknownId;
export const GetBucketInventoryConfiguration: S3Handler<'GetBucketInventoryConfiguration'> =
  configurationOfUnknownId;
export const GetBucketMetricsConfiguration: S3Handler<'GetBucketMetricsConfiguration'> =
  configurationOfUnknownId;
export const DeleteBucketAnalyticsConfiguration: S3Handler<'DeleteBucketAnalyticsConfiguration'> =
  configurationOfUnknownId;
export const DeleteBucketIntelligentTieringConfiguration: S3Handler<'DeleteBucketIntelligentTieringConfiguration'> =
  configurationOfUnknownId;
export const DeleteBucketInventoryConfiguration: S3Handler<'DeleteBucketInventoryConfiguration'> =
  configurationOfUnknownId;
export const DeleteBucketMetricsConfiguration: S3Handler<'DeleteBucketMetricsConfiguration'> =
  configurationOfUnknownId;

async function emptyList() {
  return { IsTruncated: false };
}
export const ListBucketAnalyticsConfigurations: S3Handler<'ListBucketAnalyticsConfigurations'> = emptyList;
export const ListBucketIntelligentTieringConfigurations: S3Handler<'ListBucketIntelligentTieringConfigurations'> =
  emptyList;
export const ListBucketInventoryConfigurations: S3Handler<'ListBucketInventoryConfigurations'> = emptyList;
export const ListBucketMetricsConfigurations: S3Handler<'ListBucketMetricsConfigurations'> = emptyList;

/** Deleting what is not set succeeds: 204. */
async function nothingToDelete() {
  return {};
}
export const DeleteBucketCors: S3Handler<'DeleteBucketCors'> = nothingToDelete;
export const DeleteBucketWebsite: S3Handler<'DeleteBucketWebsite'> = nothingToDelete;
export const DeleteBucketLifecycle: S3Handler<'DeleteBucketLifecycle'> = nothingToDelete;

/** Clients unset these by writing the empty document; that much is already so. */
export const PutBucketNotificationConfiguration: S3Handler<'PutBucketNotificationConfiguration'> = async ({
  NotificationConfiguration: configuration,
}) => {
  for (const element of Object.keys(configuration)) throw elementNotImplemented(element);
  return {};
};

export const PutBucketLogging: S3Handler<'PutBucketLogging'> = async ({ BucketLoggingStatus: status }) => {
  if (status.LoggingEnabled !== undefined) throw elementNotImplemented('LoggingEnabled');
  return {};
};

export const PutBucketRequestPayment: S3Handler<'PutBucketRequestPayment'> = async ({
  RequestPaymentConfiguration: configuration,
}) => {
  if (configuration.Payer !== 'BucketOwner') throw elementNotImplemented('Payer');
  return {};
};

async function bucketWithoutLock(): Promise<never> {
  throw invalidRequest('Bucket is missing Object Lock Configuration');
}
export const GetObjectLegalHold: S3Handler<'GetObjectLegalHold'> = bucketWithoutLock;
export const GetObjectRetention: S3Handler<'GetObjectRetention'> = bucketWithoutLock;
/** Its document is looked at first, as AWS does. */
export const PutObjectLegalHold: S3Handler<'PutObjectLegalHold'> = async ({ LegalHold: hold }) => {
  if (hold === undefined) throw malformedXml();
  return await bucketWithoutLock();
};
export const PutObjectRetention: S3Handler<'PutObjectRetention'> = bucketWithoutLock;
