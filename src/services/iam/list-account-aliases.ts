import { accountOf } from './access.ts';
import type { IamOperation } from './operation.ts';

/** Accounts have no aliases here: truthfully empty. */
export function listAccountAliases(): IamOperation<'ListAccountAliases'> {
  return {
    access: (_input, call) => [
      { action: 'iam:ListAccountAliases', resource: `arn:aws:iam::${accountOf(call)}:*` },
    ],
    handle: async () => ({ AccountAliases: [], IsTruncated: false }),
  };
}
