import { invalidArgument, invalidRequest, notImplemented } from '../../../errors/s3.ts';

type Headers = Readonly<Record<string, string>>;

const MODE = 'x-amz-object-lock-mode';
const UNTIL = 'x-amz-object-lock-retain-until-date';
const HOLD = 'x-amz-object-lock-legal-hold';
const EVENT_HOLD = 'x-amz-object-lock-event-hold';
const BYPASS = 'x-amz-bypass-governance-retention';

/** Object Lock on a write. No bucket has a lock yet (CreateBucket refuses it), so a well-formed request gets the answer of a
 * bucket without one.
 * @throws AwsError */
export function checkObjectLockHeaders(headers: Headers): void {
  const mode = headers[MODE];
  const until = headers[UNTIL];
  const hold = headers[HOLD];
  const eventHold = Object.keys(headers).find((name) => name.startsWith(EVENT_HOLD));
  if (eventHold !== undefined) throw notImplemented(eventHold);
  if (mode === undefined && until === undefined && hold === undefined) return;
  if (mode !== undefined && mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE') {
    throw invalidArgument('Unknown wormMode directive.', MODE, mode);
  }
  if ((mode === undefined) !== (until === undefined)) {
    throw invalidArgument(`${UNTIL} and ${MODE} must both be supplied`, mode === undefined ? MODE : UNTIL);
  }
  if (hold !== undefined && hold !== 'ON' && hold !== 'OFF') {
    throw invalidArgument("Legal Hold must be either of 'ON' or 'OFF'", HOLD, hold);
  }
  throw invalidRequest('Bucket is missing Object Lock Configuration');
}

/** @throws AwsError InvalidArgument: the header is for buckets with Object Lock only, whatever its value. */
export function checkNoGovernanceBypass(headers: Headers): void {
  if (headers[BYPASS] === undefined) return;
  throw invalidArgument(`${BYPASS} is only applicable to Object Lock enabled buckets.`, BYPASS);
}
