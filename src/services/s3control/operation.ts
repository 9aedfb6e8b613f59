import type * as s3control from '@aws-sdk/client-s3-control';
import type { JobsOfAccount } from '../../batch/find-job.ts';
import type { Site } from '../../buckets/region.ts';
import { accessDenied, invalidRequest } from '../../errors/s3.ts';
import type { Principal } from '../../policy/types.ts';
import type { Call } from '../../wire/call.ts';
import type { AccessOf, Handler } from '../../wire/definition.ts';
import type { OperationName } from '../../wire/operations.ts';
import { checkSiteRegion } from '../s3/rules/bucket-region.ts';

export type S3ControlCall = Call<Principal>;

/** One operation: what its caller must be allowed to do, and what it does. */
export interface S3ControlOperation<Name extends OperationName<typeof s3control>> {
  readonly access: AccessOf<typeof s3control, Name, Principal>;
  readonly handle: Handler<typeof s3control, Name, Principal>;
}

const ACCOUNT_ID = /^\d{12}$/;

/** Where the jobs are that a call is about: those of the account that it names, in the region that it was signed for.
 * @throws AwsError AccessDenied for another account than the caller's, InvalidRequest for none at all,
 * AuthorizationHeaderMalformed for a region that is none of ours */
export function jobsOf(site: Site, call: S3ControlCall, accountId: string | undefined): JobsOfAccount {
  const { caller } = call;
  if (!('account' in caller)) throw accessDenied();
  if (caller.account !== requireAccountId(accountId)) throw accessDenied();
  checkSiteRegion(call, site);
  const region = site.regions.get(call.region);
  if (region === undefined) throw new Error(`no region ${call.region}`);
  return { store: region.store, clock: site.clock, account: caller.account };
}

/** @throws AwsError InvalidRequest */
export function requireAccountId(accountId: string | undefined): string {
  if (accountId !== undefined && ACCOUNT_ID.test(accountId)) return accountId;
  throw invalidRequest('x-amz-account-id must name an account, by its 12 digits.');
}
