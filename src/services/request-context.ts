import type { RequestContext } from '../policy/types.ts';
import type { Call } from '../wire/call.ts';

/** The condition keys that every request of every service has. Those of the principal come with the principal. */
export function requestContext(call: Call<unknown>): RequestContext {
  const { headers } = call;
  const nowMs = call.clock.now();
  return {
    'aws:SourceIp': call.sourceIp,
    'aws:SecureTransport': String(call.secure),
    'aws:CurrentTime': new Date(nowMs).toISOString(),
    'aws:EpochTime': String(Math.floor(nowMs / 1_000)),
    'aws:RequestedRegion': call.region,
    'aws:ViaAWSService': 'false',
    ...(headers['user-agent'] === undefined ? {} : { 'aws:UserAgent': headers['user-agent'] }),
    ...(headers['referer'] === undefined ? {} : { 'aws:Referer': headers['referer'] }),
  };
}
