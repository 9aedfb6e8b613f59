import type { AwsError } from '../errors/aws-error.ts';

/** What of an answer is our fault, for the operator; undefined where it is the client's. A 503 with a cause is a store that
 * cannot serve, and its operator must hear why; one without is advice to wait. */
export function faultOf(error: AwsError): unknown {
  if (error.status === 503) return error.cause;
  return error.status >= 500 && error.status !== 501 ? (error.cause ?? error) : undefined;
}
