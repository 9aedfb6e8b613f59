import { AwsError } from './aws-error.ts';
import { invalidArgument, invalidRequest } from './s3-request.ts';

export * from './s3-request.ts';

/** Amazon S3's errors: one function per code, with the message and the further elements that AWS sends (recorded
 * answers; the rest from the S3 API reference). */

// --- Buckets ---

export const noSuchBucket = (bucketName: string) =>
  new AwsError('NoSuchBucket', 404, 'The specified bucket does not exist', {
    fields: { BucketName: bucketName },
  });

export const bucketAlreadyExists = (bucketName: string) =>
  new AwsError(
    'BucketAlreadyExists',
    409,
    'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
    { fields: { BucketName: bucketName } },
  );

export const bucketAlreadyOwnedByYou = (bucketName: string) =>
  new AwsError(
    'BucketAlreadyOwnedByYou',
    409,
    'Your previous request to create the named bucket succeeded and you already own it.',
    { fields: { BucketName: bucketName } },
  );

/** With `versioned`, AWS adds that versions and markers count too. */
export const bucketNotEmpty = (bucketName: string, versioned = false) =>
  new AwsError(
    'BucketNotEmpty',
    409,
    `The bucket you tried to delete is not empty${versioned ? '. You must delete all versions in the bucket.' : ''}`,
    { fields: { BucketName: bucketName } },
  );

export const invalidBucketName = (bucketName: string) =>
  new AwsError('InvalidBucketName', 400, 'The specified bucket is not valid.', {
    fields: { BucketName: bucketName },
  });

export const invalidLocationConstraint = (locationConstraint: string) =>
  new AwsError('InvalidLocationConstraint', 400, 'The specified location-constraint is not valid', {
    fields: { LocationConstraint: locationConstraint },
  });

/** `constraint` is `unspecified` when the request had none. */
export const illegalLocationConstraint = (constraint: string) =>
  new AwsError(
    'IllegalLocationConstraintException',
    400,
    `The ${constraint} location constraint is incompatible for the region specific endpoint this request was sent to.`,
  );

export const invalidBucketState = (
  message = 'The request is not valid with the current state of the bucket.',
) => new AwsError('InvalidBucketState', 409, message);

export const operationAborted = () =>
  new AwsError(
    'OperationAborted',
    409,
    'A conflicting conditional operation is currently in progress against this resource. Please try again.',
  );

export const invalidBucketOwner = (value: string) =>
  new AwsError(
    'InvalidBucketOwnerAWSAccountID',
    400,
    `The value of the expected bucket owner parameter must be an AWS Account ID... [${value}]`,
  );

/** The bucket lives in another region: the client follows `x-amz-bucket-region`. */
export const permanentRedirect = (bucketName: string, region: string, endpoint: string) =>
  new AwsError(
    'PermanentRedirect',
    301,
    'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.',
    { fields: { Endpoint: endpoint, Bucket: bucketName }, headers: { 'x-amz-bucket-region': region } },
  );

// --- Bucket configurations that are not set ---

const notSet = (code: string, message: string) => (bucketName: string) =>
  new AwsError(code, 404, message, { fields: { BucketName: bucketName } });

export const replicationConfigurationNotFound = notSet(
  'ReplicationConfigurationNotFoundError',
  'The replication configuration was not found',
);
export const objectLockConfigurationNotFound = notSet(
  'ObjectLockConfigurationNotFoundError',
  'Object Lock configuration does not exist for this bucket',
);
export const noSuchTagSet = notSet('NoSuchTagSet', 'The TagSet does not exist');
export const noSuchBucketPolicy = notSet('NoSuchBucketPolicy', 'The bucket policy does not exist');
export const noSuchLifecycleConfiguration = notSet(
  'NoSuchLifecycleConfiguration',
  'The lifecycle configuration does not exist',
);
export const noSuchCorsConfiguration = notSet(
  'NoSuchCORSConfiguration',
  'The CORS configuration does not exist',
);
export const noSuchWebsiteConfiguration = notSet(
  'NoSuchWebsiteConfiguration',
  'The specified bucket does not have a website configuration',
);
export const ownershipControlsNotFound = notSet(
  'OwnershipControlsNotFoundError',
  'The bucket ownership controls were not found',
);
export const noSuchPublicAccessBlockConfiguration = notSet(
  'NoSuchPublicAccessBlockConfiguration',
  'The public access block configuration was not found',
);
/** Metrics, analytics, inventory and intelligent-tiering configurations by id. */
export const noSuchConfiguration = () =>
  new AwsError('NoSuchConfiguration', 404, 'The specified configuration does not exist.');

export const illegalVersioningConfiguration = (message = 'The Versioning element must be specified') =>
  new AwsError('IllegalVersioningConfigurationException', 400, message);

// --- Objects and versions ---

/** `headers` carries x-amz-delete-marker and x-amz-version-id when the latest version is a marker. */
export const noSuchKey = (key: string, headers: Record<string, string> = {}) =>
  new AwsError('NoSuchKey', 404, 'The specified key does not exist.', { fields: { Key: key }, headers });

export const noSuchVersion = (key: string, versionId: string) =>
  new AwsError('NoSuchVersion', 404, 'The specified version does not exist.', {
    fields: { Key: key, VersionId: versionId },
  });

export const invalidVersionId = (versionId: string) =>
  invalidArgument('Invalid version id specified', 'versionId', versionId);

/** A delete marker was named where an object is needed. */
export const methodNotAllowedOnMarker = (method: string, versionId: string) =>
  new AwsError('MethodNotAllowed', 405, 'The specified method is not allowed against this resource.', {
    fields: { Method: method, ResourceType: 'DeleteMarker' },
    headers: { 'x-amz-delete-marker': 'true', 'x-amz-version-id': versionId, allow: 'DELETE' },
  });

export const keyTooLong = (size: number, sizeMax: number) =>
  new AwsError('KeyTooLongError', 400, 'Your key is too long', {
    fields: { Size: String(size), MaxSizeAllowed: String(sizeMax) },
  });

export const invalidRange = (rangeRequested: string, objectSize: number) =>
  new AwsError('InvalidRange', 416, 'The requested range is not satisfiable', {
    fields: { RangeRequested: rangeRequested, ActualObjectSize: String(objectSize) },
    headers: { 'content-range': `bytes */${objectSize}` },
  });

export const invalidObjectState = (storageClass: string) =>
  new AwsError('InvalidObjectState', 403, "The operation is not valid for the object's storage class", {
    fields: { StorageClass: storageClass },
  });

export const invalidStorageClass = (requested: string) =>
  new AwsError('InvalidStorageClass', 400, 'The storage class you specified is not valid', {
    fields: { StorageClassRequested: requested },
  });

export const metadataTooLarge = (size: number, sizeMax: number) =>
  new AwsError('MetadataTooLarge', 400, 'Your metadata headers exceed the maximum allowed metadata size', {
    fields: { Size: String(size), MaxSizeAllowed: String(sizeMax) },
  });

export const entityTooLarge = (proposed: number, sizeMax: number) =>
  new AwsError('EntityTooLarge', 400, 'Your proposed upload exceeds the maximum allowed size', {
    fields: { ProposedSize: String(proposed), MaxSizeAllowed: String(sizeMax) },
  });

// --- Conditions ---

/** `condition` is the header's name as AWS spells it: If-Match, x-amz-copy-source-If-None-Match, ... */
export const preconditionFailed = (condition: string) =>
  new AwsError('PreconditionFailed', 412, 'At least one of the pre-conditions you specified did not hold', {
    fields: { Condition: condition },
  });

/** 304: rendered without a body. `headers` repeat what a 200 would have had (ETag, Last-Modified, version id). */
export const notModified = (headers: Record<string, string>) =>
  new AwsError('NotModified', 304, 'Not Modified', { headers });

export const conditionalRequestConflict = (condition: string, key: string) =>
  new AwsError(
    'ConditionalRequestConflict',
    409,
    'The conditional request cannot succeed due to a conflicting operation against this resource.',
    { fields: { Condition: condition, Key: key } },
  );

export const copyOntoItself = () =>
  invalidRequest(
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
  );

// --- Multipart ---

export const noSuchUpload = (uploadId: string) =>
  new AwsError(
    'NoSuchUpload',
    404,
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    { fields: { UploadId: uploadId } },
  );

export const invalidPart = (uploadId: string, partNumber: number, etag: string) =>
  new AwsError(
    'InvalidPart',
    400,
    "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    { fields: { UploadId: uploadId, PartNumber: String(partNumber), ETag: etag.replaceAll('"', '') } },
  );

export const invalidPartOrder = (uploadId: string) =>
  new AwsError(
    'InvalidPartOrder',
    400,
    'The list of parts was not in ascending order. Parts must be ordered by part number.',
    { fields: { UploadId: uploadId } },
  );

export const entityTooSmall = (proposed: number, sizeMin: number, partNumber: number, etag: string) =>
  new AwsError('EntityTooSmall', 400, 'Your proposed upload is smaller than the minimum allowed size', {
    fields: {
      ProposedSize: String(proposed),
      MinSizeAllowed: String(sizeMin),
      PartNumber: String(partNumber),
      ETag: etag.replaceAll('"', ''),
    },
  });

export const invalidPartNumber = (requested: number, actualCount: number) =>
  new AwsError('InvalidPartNumber', 416, 'The requested partnumber is not satisfiable', {
    fields: { PartNumberRequested: String(requested), ActualPartCount: String(actualCount) },
  });

export const partNumberOutOfRange = (value: string) =>
  invalidArgument('Part number must be an integer between 1 and 10000, inclusive', 'partNumber', value);
