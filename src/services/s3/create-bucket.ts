import { isBucketName } from '../../buckets/bucket-name.ts';
import {
  accessDenied,
  elementNotImplemented,
  invalidArgument,
  invalidBucketName,
  notImplemented,
} from '../../errors/s3.ts';
import type { ObjectsContext } from '../../objects/context.ts';
import { bucketArn } from './access-resources.ts';
import { bucketUrl } from './answers/location.ts';
import { checkCreateBucketAcl } from './rules/access-control-list.ts';
import { bucketRegion } from './rules/location-constraint.ts';
import { isObjectOwnership } from './rules/object-ownership.ts';
import { tagSet } from './rules/tag-set.ts';
import type { S3Handler } from './s3-handler.ts';

export const CreateBucket =
  ({ buckets, site }: ObjectsContext): S3Handler<'CreateBucket'> =>
  async (input, call) => {
    const { caller, headers } = call;
    const { Bucket: name, CreateBucketConfiguration: configuration, ObjectOwnership: ownership } = input;
    if (!('account' in caller)) throw accessDenied();
    if (!isBucketName(name)) throw invalidBucketName(name);
    const region = bucketRegion(site, call.region, configuration?.LocationConstraint);
    if (configuration?.Location !== undefined) throw elementNotImplemented('Location');
    if (configuration?.Bucket !== undefined) throw elementNotImplemented('Bucket');
    if (headers['x-amz-bucket-namespace'] !== undefined && headers['x-amz-bucket-namespace'] !== 'global') {
      throw notImplemented('x-amz-bucket-namespace');
    }
    checkCreateBucketAcl(headers);
    if (headers['x-amz-bucket-object-lock-enabled']?.toLowerCase() === 'true') {
      throw notImplemented('x-amz-bucket-object-lock-enabled');
    }
    if (ownership !== undefined && !isObjectOwnership(ownership)) {
      throw invalidArgument(
        `Invalid x-amz-object-ownership header: ${String(ownership)}`,
        'x-amz-object-ownership',
      );
    }
    const tags = tagSet(configuration?.Tags, 'new-bucket');
    await buckets.create({
      name,
      region,
      owner: caller.account,
      ...(configuration?.Tags === undefined ? {} : { tags }),
      ...(ownership === undefined ? {} : { ownershipControls: ownership }),
    });
    return {
      Location: region === 'us-east-1' ? `/${name}` : bucketUrl(call, name),
      BucketArn: bucketArn(name),
    };
  };
