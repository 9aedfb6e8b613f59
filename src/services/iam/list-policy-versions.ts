import type { Identity } from '../../identity/identity.ts';
import { accountOf, onPolicy } from './access.ts';
import type { IamOperation } from './operation.ts';
import { pageOf } from './page.ts';
import { policyVersions } from './policy-version-shapes.ts';

export function listPolicyVersions(identity: Identity): IamOperation<'ListPolicyVersions'> {
  return {
    access: (input, call) => onPolicy(identity, call, input.PolicyArn),
    handle: async (input, call) => {
      const versions = await policyVersions(identity, accountOf(call), input.PolicyArn);
      const { items, position } = pageOf(versions, ({ VersionId = '' }) => newestFirst(VersionId), input);
      return { Versions: items.map(({ Document: _document, ...listed }) => listed), ...position };
    },
  };
}

/** Greater numbers before smaller ones, in the order of text. */
function newestFirst(versionId: string): string {
  return String(1e15 - Number(versionId.slice(1)));
}
