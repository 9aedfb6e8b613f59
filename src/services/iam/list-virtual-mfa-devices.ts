import { accountOf } from './access.ts';
import type { IamOperation } from './operation.ts';

/** None can be made here: truthfully empty. Terraform asks before it removes a user by force. */
export function listVirtualMFADevices(): IamOperation<'ListVirtualMFADevices'> {
  return {
    access: (_input, call) => [
      { action: 'iam:ListVirtualMFADevices', resource: `arn:aws:iam::${accountOf(call)}:mfa/` },
    ],
    handle: async () => ({ VirtualMFADevices: [], IsTruncated: false }),
  };
}
