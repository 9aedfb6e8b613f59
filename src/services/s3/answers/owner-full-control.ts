import { ownerOf } from './owner.ts';

/** The only access control list that anything has here: its owner may do everything. */
export function ownerFullControl(account: string) {
  const owner = ownerOf(account);
  return {
    Owner: owner,
    Grants: [
      { Grantee: { ID: owner.ID, Type: 'CanonicalUser' as const }, Permission: 'FULL_CONTROL' as const },
    ],
  };
}
