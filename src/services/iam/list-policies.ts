import type { Policy } from '@aws-sdk/client-iam';
import { AWS_MANAGED_POLICIES } from '../../identity/aws-managed-policies.ts';
import type { Identity } from '../../identity/identity.ts';
import { listManagedPolicies } from '../../identity/managed-policies.ts';
import { accountOf, onAll } from './access.ts';
import { awsPolicyUse } from './aws-policy-use.ts';
import type { IamOperation } from './operation.ts';
import { pageOf } from './page.ts';
import { listedPolicy } from './shapes.ts';

export function listPolicies(identity: Identity): IamOperation<'ListPolicies'> {
  return {
    access: (input, call) => onAll(call, 'policy', input.PathPrefix),
    handle: async (input, call) => {
      const account = accountOf(call);
      const own =
        input.Scope === 'AWS'
          ? []
          : (await listManagedPolicies(identity, account)).map((row) => listedPolicy(account, row));
      const builtIn =
        input.Scope === 'Local'
          ? []
          : await Promise.all(AWS_MANAGED_POLICIES.map((known) => awsPolicyUse(identity, account, known)));
      const policies = [...own, ...builtIn].filter((policy) => isListed(policy, input));
      const { items, position } = pageOf(policies, ({ Arn = '' }) => Arn, input);
      return { Policies: items, ...position };
    },
  };
}

function isListed(
  policy: Policy,
  input: {
    readonly OnlyAttached?: boolean;
    readonly PathPrefix?: string;
    readonly PolicyUsageFilter?: string;
  },
): boolean {
  const boundary = input.PolicyUsageFilter === 'PermissionsBoundary';
  const uses = (boundary ? policy.PermissionsBoundaryUsageCount : policy.AttachmentCount) ?? 0;
  if ((boundary || input.OnlyAttached === true) && uses === 0) return false;
  return policy.Path?.startsWith(input.PathPrefix ?? '/') === true;
}
