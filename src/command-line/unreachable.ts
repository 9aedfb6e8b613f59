import { errorCode } from '../lib/error-code.ts';
import { messageOf } from '../lib/error-message.ts';
import { RequestError } from './command.ts';

/** What the network, or TLS, says instead of an answer, as one sentence; undefined for any other error. */
export function asUnreachable(error: unknown, endpoint: string): RequestError | undefined {
  const code = errorCode(error);
  if (code === undefined) return undefined;
  if (UNKNOWN_ISSUER.has(code)) {
    return new RequestError(
      `The certificate of ${endpoint} is not trusted (${code}): NODE_EXTRA_CA_CERTS=FILE names the CA that signed it.`,
      { cause: error },
    );
  }
  if (isOfCertificate(code)) {
    return new RequestError(`The certificate of ${endpoint} is refused: ${messageOf(error)}.`, {
      cause: error,
    });
  }
  if (/^(?:ERR_SSL_|EPROTO)/.test(code)) {
    return new RequestError(`${endpoint} does not speak TLS as it should (${code}).`, { cause: error });
  }
  return NO_ANSWER.has(code)
    ? new RequestError(`No server answers at ${endpoint}.`, { cause: error })
    : undefined;
}

/** Whether it may pass: no answer at all. */
export function isWithoutAnswer({ cause }: RequestError): boolean {
  return NO_ANSWER.has(errorCode(cause) ?? '');
}

const UNKNOWN_ISSUER = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]);

/** As openssl names what is wrong with one: CERT_HAS_EXPIRED. */
function isOfCertificate(code: string): boolean {
  return code.startsWith('CERT_') || code === 'ERR_TLS_CERT_ALTNAME_INVALID';
}

const NO_ANSWER = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EINVAL',
  'EADDRNOTAVAIL',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);
