import { accessDenied, invalidArgument } from '../../errors/s3.ts';
import type { ObjectsContext } from '../../objects/context.ts';
import { bucketArn } from './access-resources.ts';
import { ownerOf } from './answers/owner.ts';
import { shownTime } from './answers/shown-time.ts';
import { continuationToken, fromContinuationToken } from './rules/list-parameters.ts';
import { isAwsRegion } from './rules/location-constraint.ts';
import type { S3Handler } from './s3-handler.ts';

// AWS: max-buckets is 1 to 10,000.
const BUCKETS_MAX = 10_000;

export const ListBuckets =
  ({ buckets, site }: ObjectsContext): S3Handler<'ListBuckets'> =>
  async (input, call) => {
    const { caller } = call;
    if (!('account' in caller)) throw accessDenied();
    const { Prefix: prefix, BucketRegion: region, MaxBuckets: bucketsMax, ContinuationToken: token } = input;
    if (region !== undefined && !site.regions.has(region) && !isAwsRegion(region)) {
      throw invalidArgument(`Argument value ${region} is not a valid AWS Region`, 'bucket-region', region);
    }
    if (bucketsMax !== undefined && (bucketsMax < 1 || bucketsMax > BUCKETS_MAX)) {
      throw invalidArgument(
        `Argument max-buckets must be an integer between 1 and ${BUCKETS_MAX}`,
        'max-buckets',
        String(bucketsMax),
      );
    }
    const page = await buckets.list({
      owner: caller.account,
      ...(prefix === undefined ? {} : { prefix }),
      ...(region === undefined ? {} : { region }),
      ...(bucketsMax === undefined ? {} : { bucketsMax }),
      ...(token === undefined ? {} : { after: fromContinuationToken(token) }),
    });
    const paginated =
      bucketsMax !== undefined || prefix !== undefined || region !== undefined || token !== undefined;
    return {
      Owner: ownerOf(caller.account),
      Buckets: page.buckets.map((row) => ({
        Name: row.name,
        CreationDate: shownTime(row.createdAtMs),
        // Regions and ARNs are part of the paginated form only, so that old clients see what they know.
        ...(paginated ? { BucketRegion: row.region, BucketArn: bucketArn(row.name) } : {}),
      })),
      ...(prefix === undefined ? {} : { Prefix: prefix }),
      ...(page.next === undefined ? {} : { ContinuationToken: continuationToken(page.next) }),
    };
  };
