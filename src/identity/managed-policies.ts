import { deleteConflict, entityAlreadyExists, limitExceeded, noSuchEntity } from '../errors/iam.ts';
import { ABSENT, type Check, type RowVersion, type Write } from '../store/kv/key-value-store.ts';
import { type ManagedPolicyRow, managedPolicies } from '../store/tables/managed-policies.ts';
import { iamArn, parseIamArn } from './arn.ts';
import { awsManagedPolicy } from './aws-managed-policies.ts';
import { change } from './change.ts';
import { checkedDocument, countedCharacters } from './checked-documents.ts';
import { checkedDescription, checkedName, checkedPath, mergedTags } from './checked-input.ts';
import type { IdentityContext } from './context.ts';
import { newUniqueId } from './ids.ts';
import { MANAGED_POLICY_CHARACTERS_MAX } from './limits.ts';

type Tags = readonly { readonly Key: string; readonly Value: string }[];

export function policyArn(account: string, row: ManagedPolicyRow): string {
  return iamArn(account, 'policy', row.path, row.policyName);
}

/** @throws AwsError ValidationError, MalformedPolicyDocument, LimitExceeded, EntityAlreadyExists */
export async function createManagedPolicy(
  context: IdentityContext,
  account: string,
  options: {
    readonly policyName: string;
    readonly document: string;
    readonly path?: string;
    readonly description?: string;
    readonly tags?: Tags;
  },
): Promise<ManagedPolicyRow> {
  const { policyName, document, description } = options;
  checkPolicyDocument(document);
  const now = context.clock.now();
  const row: ManagedPolicyRow = {
    policyName: checkedName('policyName', policyName),
    policyId: newUniqueId('ANPA'),
    path: checkedPath(options.path),
    ...(description === undefined ? {} : { description: checkedDescription(description) }),
    createdAtMs: now,
    updatedAtMs: now,
    defaultVersionId: 'v1',
    versions: [{ versionId: 'v1', document, createdAtMs: now }],
    nextVersion: 2,
    tags: mergedTags([], options.tags ?? []),
    attachmentCount: 0,
    boundaryCount: 0,
  };
  const key = policyName.toLowerCase();
  return await change(context.store, async () => {
    const [taken] = await context.store.get([managedPolicies.key(account, key)]);
    if (taken !== undefined) {
      throw entityAlreadyExists(
        `A policy called ${policyName} already exists. Duplicate names are not allowed.`,
      );
    }
    return {
      checks: [managedPolicies.check(ABSENT, account, key)],
      writes: [managedPolicies.put(row, account, key)],
      result: row,
    };
  });
}

/** @throws AwsError MalformedPolicyDocument, LimitExceeded */
export function checkPolicyDocument(document: string): void {
  checkedDocument(document, 'identity');
  if (countedCharacters(document) > MANAGED_POLICY_CHARACTERS_MAX) {
    throw limitExceeded(`Cannot exceed quota for PolicySize: ${MANAGED_POLICY_CHARACTERS_MAX}`);
  }
}

export interface FoundPolicy {
  readonly account: string;
  readonly row: ManagedPolicyRow;
  readonly version: RowVersion;
}

/** A customer managed policy of this account.
 * @throws AwsError NoSuchEntity */
export async function requireManagedPolicy(
  context: Pick<IdentityContext, 'store'>,
  account: string,
  arn: string,
): Promise<FoundPolicy> {
  const parsed = parseIamArn(arn);
  const missing = noSuchEntity(`Policy ${arn} was not found.`);
  if (parsed?.kind !== 'policy' || parsed.account !== account) throw missing;
  const [found] = await context.store.get([managedPolicies.key(account, parsed.name.toLowerCase())]);
  const row = found === undefined ? undefined : managedPolicies.decode(found);
  if (found === undefined || row === undefined || policyArn(account, row) !== arn) throw missing;
  return { account, row, version: found.version };
}

/** @throws AwsError NoSuchEntity, and what `next` throws */
export async function changeManagedPolicy(
  context: IdentityContext,
  account: string,
  arn: string,
  next: (row: ManagedPolicyRow) => ManagedPolicyRow,
): Promise<ManagedPolicyRow> {
  return await change(context.store, async () => {
    const policy = await requireManagedPolicy(context, account, arn);
    const row = next(policy.row);
    return { ...replacedPolicy(policy, row), result: row };
  });
}

export function replacedPolicy(
  policy: FoundPolicy,
  row: ManagedPolicyRow,
): { checks: Check[]; writes: Write[] } {
  const key = policy.row.policyName.toLowerCase();
  return {
    checks: [managedPolicies.check(policy.version, policy.account, key)],
    writes: [managedPolicies.put(row, policy.account, key)],
  };
}

/** The check and write that count a use of `arn` (+1) or its end (-1); none for AWS's own policies.
 * @throws AwsError NoSuchEntity */
export async function countUse(
  context: Pick<IdentityContext, 'store'>,
  account: string,
  arn: string,
  counter: 'attachmentCount' | 'boundaryCount',
  delta: 1 | -1,
): Promise<{ checks: Check[]; writes: Write[] }> {
  if (awsManagedPolicy(arn) !== undefined) return { checks: [], writes: [] };
  let policy: FoundPolicy;
  try {
    policy = await requireManagedPolicy(context, account, arn);
  } catch (error) {
    throw delta === 1 ? noSuchEntity(`Policy ${arn} does not exist or is not attachable.`) : error;
  }
  return replacedPolicy(policy, { ...policy.row, [counter]: policy.row[counter] + delta });
}

export async function listManagedPolicies(
  context: Pick<IdentityContext, 'store'>,
  account: string,
): Promise<ManagedPolicyRow[]> {
  const rows = await context.store.range(managedPolicies.range(account));
  return rows.map((row) => managedPolicies.decode(row));
}

/** @throws AwsError NoSuchEntity, DeleteConflict */
export async function deleteManagedPolicy(
  context: IdentityContext,
  account: string,
  arn: string,
): Promise<void> {
  await change(context.store, async () => {
    const policy = await requireManagedPolicy(context, account, arn);
    const { row } = policy;
    if (row.attachmentCount > 0 || row.boundaryCount > 0) {
      throw deleteConflict('Cannot delete a policy attached to entities.');
    }
    if (row.versions.length > 1) {
      throw deleteConflict(
        "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
      );
    }
    const key = row.policyName.toLowerCase();
    return {
      checks: [managedPolicies.check(policy.version, account, key)],
      writes: [managedPolicies.delete(account, key)],
      result: undefined,
    };
  });
}
