import type { Bucket } from '../../../buckets/bucket.ts';
import type { Site } from '../../../buckets/region.ts';
import { permanentRedirect } from '../../../errors/s3.ts';
import { checkScopeRegion } from '../../../wire/sigv4/scope.ts';
import type { S3Call } from '../s3-handler.ts';

/** One port serves every region, so a request is sent to the region that it was signed for. A bucket of another one is
 * answered with a redirect that names it, which clients follow by signing again; a scope that is no region here at all, as
 * malformed. GetBucketLocation is how clients ask, so it works from everywhere.
 * @throws AwsError PermanentRedirect, AuthorizationHeaderMalformed, AuthorizationQueryParametersError */
export function checkBucketRegion(call: S3Call, site: Site, bucket: Bucket): void {
  const { region, name } = bucket.row;
  const { authenticated } = call;
  if (authenticated.kind !== 'signed' || authenticated.scope.region === region) return;
  if (call.operation === 'GetBucketLocation') return;
  const { scope, authType } = authenticated;
  if (!site.regions.has(scope.region)) checkScopeRegion(scope, region, authType);
  throw permanentRedirect(name, region, call.host);
}

/** Of a request for no bucket: any region of this site will do.
 * @throws AwsError AuthorizationHeaderMalformed, AuthorizationQueryParametersError */
export function checkSiteRegion({ authenticated }: S3Call, site: Site): void {
  if (authenticated.kind !== 'signed' || site.regions.has(authenticated.scope.region)) return;
  checkScopeRegion(authenticated.scope, site.defaultRegion, authenticated.authType);
}
