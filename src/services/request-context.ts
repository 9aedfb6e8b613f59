import type { RequestContext } from '../policy/types.ts';
import type { Call } from '../wire/call.ts';

/** Where AWS's global services answer, whatever region their clients are set to. */
export const GLOBAL_REGION = 'us-east-1';
/** The same, as AWS's SDKs name it, and sign for it where they are given an endpoint. */
const GLOBAL_PSEUDO_REGION = 'aws-global';
export const GLOBAL_REGIONS: readonly string[] = [GLOBAL_REGION, GLOBAL_PSEUDO_REGION];

type Asked = Pick<Call<unknown>, 'headers' | 'clock' | 'sourceIp' | 'secure' | 'authenticated' | 'region'>;

/** The condition keys that every request of every service has. Those of the principal come with the principal. */
export function requestContext(call: Asked): RequestContext {
  const { headers } = call;
  const nowMs = call.clock.now();
  return {
    'aws:SourceIp': call.sourceIp,
    'aws:SecureTransport': String(call.secure),
    'aws:CurrentTime': new Date(nowMs).toISOString(),
    'aws:EpochTime': String(Math.floor(nowMs / 1_000)),
    'aws:RequestedRegion': requestedRegion(call),
    'aws:ViaAWSService': 'false',
    ...(headers['user-agent'] === undefined ? {} : { 'aws:UserAgent': headers['user-agent'] }),
    ...(headers['referer'] === undefined ? {} : { 'aws:Referer': headers['referer'] }),
  };
}

/** IAM is global: a client chooses the region that it signs for, but not the one that policies see.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-requestedregion */
function requestedRegion({ authenticated, region }: Asked): string {
  const global = authenticated.kind === 'signed' && authenticated.scope.service === 'iam';
  return global || region === GLOBAL_PSEUDO_REGION ? GLOBAL_REGION : region;
}
