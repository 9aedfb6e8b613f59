import { awsManagedPolicy } from '../../identity/aws-managed-policies.ts';
import type { Identity } from '../../identity/identity.ts';
import { requireManagedPolicy } from '../../identity/managed-policies.ts';
import { accountOf, onPolicy } from './access.ts';
import type { IamOperation } from './operation.ts';
import { pageOf } from './page.ts';
import { tagShapes } from './shapes.ts';

export function listPolicyTags(identity: Identity): IamOperation<'ListPolicyTags'> {
  return {
    access: (input, call) => onPolicy(identity, call, input.PolicyArn),
    handle: async (input, call) => {
      const account = accountOf(call);
      const tags =
        awsManagedPolicy(input.PolicyArn) === undefined
          ? (await requireManagedPolicy(identity, account, input.PolicyArn)).row.tags
          : [];
      const { items, position } = pageOf(tags, ([key]) => key, input);
      return { Tags: tagShapes(items), ...position };
    },
  };
}
