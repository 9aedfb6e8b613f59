import { createHash } from 'node:crypto';

// One per account of the site.
const IDS_KEPT_MAX = 10_000;
const ids = new Map<string, string>();

/** AWS's canonical user id: 64 hex digits that stand for an account in owners and grants. Derived, so that it is the same on
 * every site that knows the account. */
export function canonicalId(account: string): string {
  const known = ids.get(account);
  if (known !== undefined) return known;
  const id = createHash('sha256').update(`canonical user ${account}`).digest('hex');
  if (ids.size >= IDS_KEPT_MAX) ids.clear();
  ids.set(account, id);
  return id;
}
