import { isOfAccount } from '../policy/of-account.ts';
import { parsedPolicy } from '../policy/parsed-policy.ts';
import { isPublicPolicy } from '../policy/public-policy.ts';
import type { PolicyDocument, Principal } from '../policy/types.ts';
import type { BucketRow } from '../store/tables/bucket-row.ts';

/** What of a bucket's policy counts for this principal. Under RestrictPublicBuckets a public policy gives rights inside the
 * owner's account and to services only; what it denies it denies to everybody. */
export function applicableBucketPolicy(
  { policy, publicAccessBlock, owner }: Pick<BucketRow, 'policy' | 'publicAccessBlock' | 'owner'>,
  principal: Principal,
): PolicyDocument | undefined {
  if (policy === undefined) return undefined;
  const document = parsedPolicy(policy, 'resource');
  if (publicAccessBlock?.restrictPublicBuckets !== true || principal.kind === 'service') return document;
  if (isOfAccount(principal, owner) || !isPublicPolicy(document)) return document;
  return { ...document, statements: document.statements.filter(({ effect }) => effect === 'Deny') };
}
