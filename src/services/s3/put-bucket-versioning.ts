import { putVersioning } from '../../buckets/versioning.ts';
import {
  elementNotImplemented,
  illegalVersioningConfiguration,
  malformedXml,
  notImplemented,
} from '../../errors/s3.ts';
import type { ObjectsContext } from '../../objects/context.ts';
import type { S3Handler } from './s3-handler.ts';

export const PutBucketVersioning =
  ({ buckets }: ObjectsContext): S3Handler<'PutBucketVersioning'> =>
  async (input, call) => {
    const { Status: status, MFADelete: mfaDelete } = input.VersioningConfiguration;
    if (mfaDelete !== undefined && mfaDelete !== 'Enabled' && mfaDelete !== 'Disabled') throw malformedXml();
    if (status === undefined) throw illegalVersioningConfiguration();
    if (status !== 'Enabled' && status !== 'Suspended') throw malformedXml();
    if (call.headers['x-amz-mfa'] !== undefined) throw notImplemented('x-amz-mfa');
    // Disabled is how every bucket is.
    if (mfaDelete === 'Enabled') throw elementNotImplemented('MfaDelete');
    await putVersioning(buckets, await buckets.require(input.Bucket), status);
    return {};
  };
