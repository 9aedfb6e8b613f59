import type { AssumeRoleCommandInput } from '@aws-sdk/client-sts';
import { stsNotImplemented } from '../../errors/sts.ts';

/** A MinimumSessionTokenSize makes tokens longer, which is not built; 0 leaves them as they are.
 * @throws AwsError */
export function refuseMinimumTokenSize(
  operation: string,
  { MinimumSessionTokenSize: bytes = 0 }: Pick<AssumeRoleCommandInput, 'MinimumSessionTokenSize'>,
): void {
  if (bytes !== 0) throw stsNotImplemented(`${operation} with MinimumSessionTokenSize`);
}
