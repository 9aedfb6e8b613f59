import * as sdk from '@aws-sdk/client-s3';
import type { Identity } from '../../identity/identity.ts';
import type { ObjectsContext } from '../../objects/context.ts';
import type { Principal } from '../../policy/types.ts';
import { defineService } from '../../wire/definition.ts';
import { AbortMultipartUpload } from './abort-multipart-upload.ts';
import { access } from './access.ts';
import { DeleteBucketEncryption, GetBucketEncryption, PutBucketEncryption } from './bucket-encryption.ts';
import { CompleteMultipartUpload } from './complete-multipart-upload.ts';
import { CopyObject } from './copy-object.ts';
import { CreateBucket } from './create-bucket.ts';
import { CreateMultipartUpload } from './create-multipart-upload.ts';
import { DeleteBucket } from './delete-bucket.ts';
import { DeleteBucketOwnershipControls } from './delete-bucket-ownership-controls.ts';
import { DeleteBucketPolicy } from './delete-bucket-policy.ts';
import { DeleteBucketReplication } from './delete-bucket-replication.ts';
import { DeleteBucketTagging } from './delete-bucket-tagging.ts';
import { DeleteObject } from './delete-object.ts';
import { DeleteObjectTagging } from './delete-object-tagging.ts';
import { DeleteObjects, deleteObjectsAccess } from './delete-objects.ts';
import { DeletePublicAccessBlock } from './delete-public-access-block.ts';
import { GetBucketAcl } from './get-bucket-acl.ts';
import { GetBucketLocation } from './get-bucket-location.ts';
import { GetBucketOwnershipControls } from './get-bucket-ownership-controls.ts';
import { GetBucketPolicy } from './get-bucket-policy.ts';
import { GetBucketPolicyStatus } from './get-bucket-policy-status.ts';
import { GetBucketReplication } from './get-bucket-replication.ts';
import { GetBucketTagging } from './get-bucket-tagging.ts';
import { GetBucketVersioning } from './get-bucket-versioning.ts';
import { GetObject } from './get-object.ts';
import { GetObjectAcl } from './get-object-acl.ts';
import { GetObjectAttributes } from './get-object-attributes.ts';
import { GetObjectTagging } from './get-object-tagging.ts';
import { GetPublicAccessBlock } from './get-public-access-block.ts';
import { HeadBucket } from './head-bucket.ts';
import { HeadObject } from './head-object.ts';
import { ListBuckets } from './list-buckets.ts';
import { ListMultipartUploads } from './list-multipart-uploads.ts';
import { ListObjectVersions } from './list-object-versions.ts';
import { ListObjects } from './list-objects.ts';
import { ListObjectsV2 } from './list-objects-v2.ts';
import { ListParts } from './list-parts.ts';
import { PutBucketAcl } from './put-bucket-acl.ts';
import { PutBucketOwnershipControls } from './put-bucket-ownership-controls.ts';
import { PutBucketPolicy } from './put-bucket-policy.ts';
import { PutBucketReplication } from './put-bucket-replication.ts';
import { PutBucketTagging } from './put-bucket-tagging.ts';
import { PutBucketVersioning } from './put-bucket-versioning.ts';
import { PutObject } from './put-object.ts';
import { PutObjectAcl } from './put-object-acl.ts';
import { PutObjectTagging } from './put-object-tagging.ts';
import { PutPublicAccessBlock } from './put-public-access-block.ts';
import * as unset from './unset-configurations.ts';
import { UploadPart } from './upload-part.ts';
import { UploadPartCopy } from './upload-part-copy.ts';

/** Every S3 operation that is built. What is not listed here answers NotImplemented. */
export function s3Service(objects: ObjectsContext, identity: Identity) {
  return defineService<Principal>()({
    name: 's3',
    sdk,
    protocol: 'rest-xml',
    access: { ...access, DeleteObjects: deleteObjectsAccess(objects) },
    accessReadsDocument: ['CreateBucket', 'PutObjectTagging'],
    handlers: {
      ...unset,
      AbortMultipartUpload: AbortMultipartUpload(objects),
      CompleteMultipartUpload: CompleteMultipartUpload(objects),
      CopyObject: CopyObject(objects),
      CreateBucket: CreateBucket(objects),
      CreateMultipartUpload: CreateMultipartUpload(objects),
      DeleteBucket: DeleteBucket(objects),
      DeleteBucketEncryption,
      DeleteBucketOwnershipControls: DeleteBucketOwnershipControls(objects),
      DeleteBucketPolicy: DeleteBucketPolicy(objects),
      DeleteBucketReplication: DeleteBucketReplication(objects),
      DeleteBucketTagging: DeleteBucketTagging(objects),
      DeleteObject: DeleteObject(objects),
      DeleteObjectTagging: DeleteObjectTagging(objects),
      DeleteObjects: DeleteObjects(objects),
      DeletePublicAccessBlock: DeletePublicAccessBlock(objects),
      GetBucketAcl: GetBucketAcl(objects),
      GetBucketEncryption,
      GetBucketLocation: GetBucketLocation(objects),
      GetBucketOwnershipControls: GetBucketOwnershipControls(objects),
      GetBucketPolicy: GetBucketPolicy(objects),
      GetBucketPolicyStatus: GetBucketPolicyStatus(objects),
      GetBucketReplication: GetBucketReplication(objects),
      GetBucketTagging: GetBucketTagging(objects),
      GetBucketVersioning: GetBucketVersioning(objects),
      GetObject: GetObject(objects),
      GetObjectAcl: GetObjectAcl(objects),
      GetObjectAttributes: GetObjectAttributes(objects),
      GetObjectTagging: GetObjectTagging(objects),
      GetPublicAccessBlock: GetPublicAccessBlock(objects),
      HeadBucket: HeadBucket(objects),
      HeadObject: HeadObject(objects),
      ListBuckets: ListBuckets(objects),
      ListMultipartUploads: ListMultipartUploads(objects),
      ListObjectVersions: ListObjectVersions(objects),
      ListObjects: ListObjects(objects),
      ListObjectsV2: ListObjectsV2(objects),
      ListParts: ListParts(objects),
      PutBucketAcl: PutBucketAcl(objects),
      PutBucketEncryption,
      PutBucketOwnershipControls: PutBucketOwnershipControls(objects),
      PutBucketPolicy: PutBucketPolicy(objects, identity),
      PutBucketReplication: PutBucketReplication(objects, identity),
      PutBucketTagging: PutBucketTagging(objects),
      PutBucketVersioning: PutBucketVersioning(objects),
      PutObject: PutObject(objects),
      PutObjectAcl: PutObjectAcl(objects),
      PutObjectTagging: PutObjectTagging(objects),
      PutPublicAccessBlock: PutPublicAccessBlock(objects),
      UploadPart: UploadPart(objects),
      UploadPartCopy: UploadPartCopy(objects),
    },
  });
}
