import type { RequestContext } from '../../../policy/types.ts';
import type { S3Call } from '../s3-handler.ts';

/** The condition keys that every S3 request has. Those of the principal come with the principal. */
export function requestContext(call: S3Call): RequestContext {
  const { headers, authenticated } = call;
  const nowMs = call.clock.now();
  const context: Record<string, string> = {
    'aws:SourceIp': call.sourceIp,
    'aws:SecureTransport': String(call.secure),
    'aws:CurrentTime': new Date(nowMs).toISOString(),
    'aws:EpochTime': String(Math.floor(nowMs / 1000)),
    'aws:RequestedRegion': call.region,
    'aws:ViaAWSService': 'false',
  };
  if (headers['user-agent'] !== undefined) context['aws:UserAgent'] = headers['user-agent'];
  if (headers['referer'] !== undefined) context['aws:Referer'] = headers['referer'];
  const hash = headers['x-amz-content-sha256'];
  if (hash !== undefined) context['s3:x-amz-content-sha256'] = hash;
  if (authenticated.kind === 'signed') {
    context['s3:authType'] = authenticated.authType;
    context['s3:signatureversion'] = 'AWS4-HMAC-SHA256';
    context['s3:signatureAge'] = String(Math.max(0, nowMs - authenticated.signedAt));
  }
  return context;
}
