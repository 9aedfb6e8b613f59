import { parseIamArn } from '../../identity/arn.ts';
import type { PolicyHolderRow } from '../../store/tables/policy-holder.ts';

/** The managed policies of a user, group or role whose path begins with the prefix. */
export function attachedShapes(
  row: PolicyHolderRow,
  pathPrefix = '/',
): { readonly PolicyName: string; readonly PolicyArn: string }[] {
  return row.attachedPolicies.flatMap((arn) => {
    const parsed = parseIamArn(arn);
    return parsed?.path.startsWith(pathPrefix) === true ? [{ PolicyName: parsed.name, PolicyArn: arn }] : [];
  });
}
