import type { Principal } from '../../../policy/types.ts';
import type { UploadRow } from '../../../store/tables/uploads.ts';
import { canonicalId } from '../rules/canonical-id.ts';

/** No DisplayName: AWS sends none since 2025. */
export function ownerOf(account: string): { ID: string } {
  return { ID: canonicalId(account) };
}

/** Who began an upload: a user or session by its ARN, an account by its canonical id. */
export function initiatorOf(caller: Principal): UploadRow['initiator'] {
  switch (caller.kind) {
    case 'user':
      return { id: caller.arn, displayName: caller.userName };
    case 'role-session':
      return { id: caller.arn, displayName: caller.sessionName };
    case 'root':
      return { id: canonicalId(caller.account), displayName: caller.account };
    case 'anonymous':
      return { id: 'anonymous', displayName: 'anonymous' };
    case 'service':
      break;
  }
  return { id: caller.service, displayName: caller.service };
}
