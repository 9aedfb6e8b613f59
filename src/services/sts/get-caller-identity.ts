import { stsAccessDenied } from '../../errors/sts.ts';
import { arnOf } from '../../policy/principals.ts';
import type { Principal } from '../../policy/types.ts';
import type { StsOperation } from './operation.ts';

/** Everybody who can sign may ask who they are: AWS lets no policy deny it. */
export function getCallerIdentity(): StsOperation<'GetCallerIdentity'> {
  return {
    access: () => [],
    handle: async (_input, call) => {
      const { caller } = call;
      if (caller.kind === 'anonymous' || caller.kind === 'service') {
        throw stsAccessDenied('User: anonymous is not authorized to perform: sts:GetCallerIdentity');
      }
      return { UserId: userId(caller), Account: caller.account, Arn: arnOf(caller) };
    },
  };
}

function userId(caller: Extract<Principal, { kind: 'root' | 'user' | 'role-session' }>): string {
  switch (caller.kind) {
    case 'root':
      return caller.account;
    case 'user':
      return caller.userId;
    case 'role-session':
      return `${caller.roleId}:${caller.sessionName}`;
  }
}
