import { elementNotImplemented, invalidArgument, malformedXml } from '../../errors/s3.ts';
import type { S3Handler } from './s3-handler.ts';

/** Every bucket encrypts with AES256 (SSE-S3), as every bucket of AWS has since 2023. That much can be put; key management
 * by KMS is refused until it is built. */

export const GetBucketEncryption: S3Handler<'GetBucketEncryption'> = async () => ({
  ServerSideEncryptionConfiguration: {
    Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false }],
  },
});

const KMS_ALGORITHMS = new Set(['aws:kms', 'aws:kms:dsse', 'aws:fsx']);

export const PutBucketEncryption: S3Handler<'PutBucketEncryption'> = async (input) => {
  const [rule, ...others] = input.ServerSideEncryptionConfiguration.Rules;
  if (rule === undefined || others.length > 0) throw malformedXml();
  const { ApplyServerSideEncryptionByDefault: byDefault, BucketKeyEnabled: bucketKey } = rule;
  if (byDefault !== undefined) {
    const algorithm: string = byDefault.SSEAlgorithm;
    if (KMS_ALGORITHMS.has(algorithm)) throw elementNotImplemented('SSEAlgorithm');
    if (algorithm !== 'AES256') throw malformedXml();
    if (byDefault.KMSMasterKeyID !== undefined) {
      throw invalidArgument(
        'a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse',
        'ApplyServerSideEncryptionByDefault',
      );
    }
  }
  if (bucketKey === true) throw elementNotImplemented('BucketKeyEnabled');
  if (rule.BlockedEncryptionTypes !== undefined) throw elementNotImplemented('BlockedEncryptionTypes');
  return {};
};

export const DeleteBucketEncryption: S3Handler<'DeleteBucketEncryption'> = async () => ({});
