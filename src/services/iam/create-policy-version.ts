import type { Identity } from '../../identity/identity.ts';
import { createPolicyVersion as createPolicyVersionInStore } from '../../identity/policy-versions.ts';
import { accountOf, onPolicy } from './access.ts';
import type { IamOperation } from './operation.ts';
import { listedVersion } from './policy-version-shapes.ts';

export function createPolicyVersion(identity: Identity): IamOperation<'CreatePolicyVersion'> {
  return {
    access: (input, call) => onPolicy(identity, call, input.PolicyArn),
    handle: async (input, call) => {
      const { PolicyArn, PolicyDocument, SetAsDefault = false } = input;
      const row = await createPolicyVersionInStore(
        identity,
        accountOf(call),
        PolicyArn,
        PolicyDocument,
        SetAsDefault,
      );
      const made = row.versions.at(-1);
      return made === undefined ? {} : { PolicyVersion: listedVersion(row.defaultVersionId, made) };
    },
  };
}
