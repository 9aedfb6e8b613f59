import { parsedPolicy } from '../policy/parsed-policy.ts';
import type { PolicyDocument } from '../policy/types.ts';
import type { KeyValueStore } from '../store/kv/key-value-store.ts';
import { groups } from '../store/tables/groups.ts';
import { managedPolicies } from '../store/tables/managed-policies.ts';
import type { PolicyHolderRow } from '../store/tables/policy-holder.ts';
import type { RoleRow } from '../store/tables/roles.ts';
import type { UserRow } from '../store/tables/users.ts';
import { parseIamArn } from './arn.ts';
import { awsManagedPolicy } from './aws-managed-policies.ts';

/** What limits and allows one principal, whatever it asks for. */
export interface PrincipalPolicies {
  readonly identity: readonly PolicyDocument[];
  readonly boundary?: PolicyDocument;
  readonly session?: readonly PolicyDocument[];
  /** Condition keys that come with the principal: its tags. */
  readonly context: Readonly<Record<string, string>>;
}

/** For somebody who is no longer there, though a policy of a resource may still name it. */
export const GONE: PrincipalPolicies = {
  identity: [
    parsedPolicy(
      '{"Version":"2012-10-17","Statement":{"Sid":"PrincipalDoesNotExist","Effect":"Deny","Action":"*","Resource":"*"}}',
      'identity',
    ),
  ],
  context: {},
};

const NOTHING: PolicyDocument = { version: '2012-10-17', statements: [] };

/** The policies of a user (with those of its groups) or of a role. */
export async function policiesOfHolder(
  store: KeyValueStore,
  account: string,
  row: UserRow | RoleRow,
): Promise<PrincipalPolicies> {
  const holders: PolicyHolderRow[] = [row];
  if ('groups' in row && row.groups.length > 0) {
    const keys = row.groups.map((name) => groups.key(account, name.toLowerCase()));
    for (const group of await store.get(keys)) if (group !== undefined) holders.push(groups.decode(group));
  }
  const inline = holders.flatMap((holder) => Object.values(holder.inlinePolicies));
  const boundary = row.permissionsBoundary;
  const attached = holders.flatMap((holder) => holder.attachedPolicies);
  const documents = await managedDocuments(
    store,
    boundary === undefined ? attached : [...attached, boundary],
  );
  const boundaryDocument = boundary === undefined ? undefined : documents.get(boundary);
  return {
    identity: [
      ...inline.map((text) => parsedPolicy(text, 'identity')),
      ...attached.flatMap((arn) => documents.get(arn) ?? []),
    ],
    // A boundary that cannot be read allows nothing.
    ...(boundary === undefined ? {} : { boundary: boundaryDocument ?? NOTHING }),
    context: Object.fromEntries(row.tags.map(([key, value]) => [`aws:PrincipalTag/${key}`, value])),
  };
}

/** The default version of each managed policy that exists. */
export async function managedDocuments(
  store: KeyValueStore,
  arns: readonly string[],
): Promise<Map<string, PolicyDocument>> {
  const documents = new Map<string, PolicyDocument>();
  const customer: { readonly arn: string; readonly key: Buffer }[] = [];
  for (const arn of new Set(arns)) {
    const builtIn = awsManagedPolicy(arn);
    const parsed = parseIamArn(arn);
    if (builtIn !== undefined) documents.set(arn, parsedPolicy(builtIn.document, 'identity'));
    else if (parsed !== undefined) {
      customer.push({ arn, key: managedPolicies.key(parsed.account, parsed.name.toLowerCase()) });
    }
  }
  if (customer.length === 0) return documents;
  const rows = await store.get(customer.map(({ key }) => key));
  for (const [index, { arn }] of customer.entries()) {
    const row = rows[index];
    const policy = row === undefined ? undefined : managedPolicies.decode(row);
    const version = policy?.versions.find(({ versionId }) => versionId === policy.defaultVersionId);
    if (version !== undefined) documents.set(arn, parsedPolicy(version.document, 'identity'));
  }
  return documents;
}
