import { createHmac, hash } from 'node:crypto';

/** Signature Version 4 of a request that we send ourselves: the admin client and the benchmarks. */
export interface SigningKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface RequestToSign {
  readonly method: string;
  readonly host: string;
  /** Encoded as it will be sent. */
  readonly path: string;
  /** Encoded and sorted as it will be sent, without `?`. */
  readonly query?: string;
  /** SHA-256 of the body in hex, or UNSIGNED-PAYLOAD. */
  readonly payloadHash: string;
  readonly region: string;
  readonly service: string;
  readonly nowMs: number;
}

const SIGNED_HEADERS = 'host;x-amz-content-sha256;x-amz-date';

/** The headers to send: host, x-amz-date, x-amz-content-sha256, authorization and, with a session, its token. */
export function signRequest(request: RequestToSign, keys: SigningKeys): Record<string, string> {
  const amzDate = new Date(request.nowMs).toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
  const scope = `${amzDate.slice(0, 8)}/${request.region}/${request.service}/aws4_request`;
  const signedHeaders =
    keys.sessionToken === undefined ? SIGNED_HEADERS : `${SIGNED_HEADERS};x-amz-security-token`;
  const token = keys.sessionToken === undefined ? '' : `x-amz-security-token:${keys.sessionToken}\n`;
  const canonical = `${request.method}\n${request.path}\n${request.query ?? ''}\nhost:${request.host}\nx-amz-content-sha256:${request.payloadHash}\nx-amz-date:${amzDate}\n${token}\n${signedHeaders}\n${request.payloadHash}`;
  const stringToSign = `AWS4-HMAC-SHA256\n${amzDate}\n${scope}\n${hash('sha256', canonical)}`;
  const signature = createHmac('sha256', signingKey(keys.secretAccessKey, scope))
    .update(stringToSign)
    .digest('hex');
  return {
    host: request.host,
    'x-amz-date': amzDate,
    'x-amz-content-sha256': request.payloadHash,
    ...(keys.sessionToken !== undefined && { 'x-amz-security-token': keys.sessionToken }),
    authorization: `AWS4-HMAC-SHA256 Credential=${keys.accessKeyId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`,
  };
}

let lastKey: { readonly secret: string; readonly scope: string; readonly key: Buffer } | undefined;

/** Four hashes that are the same all day: the last one is kept, since a sender signs with one key. */
function signingKey(secret: string, scope: string): Buffer {
  if (lastKey?.secret === secret && lastKey.scope === scope) return lastKey.key;
  let key = Buffer.from(`AWS4${secret}`);
  for (const element of scope.split('/')) key = createHmac('sha256', key).update(element).digest();
  lastKey = { secret, scope, key };
  return key;
}
