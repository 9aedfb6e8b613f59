import { deleteConflict, limitExceeded, noSuchEntity } from '../errors/iam.ts';
import type { ManagedPolicyRow } from '../store/tables/managed-policies.ts';
import type { IdentityContext } from './context.ts';
import { POLICY_VERSIONS_MAX } from './limits.ts';
import { changeManagedPolicy, checkPolicyDocument } from './managed-policies.ts';

/** @throws AwsError NoSuchEntity, LimitExceeded, MalformedPolicyDocument */
export async function createPolicyVersion(
  context: IdentityContext,
  account: string,
  arn: string,
  document: string,
  setAsDefault: boolean,
): Promise<ManagedPolicyRow> {
  checkPolicyDocument(document);
  const now = context.clock.now();
  return await changeManagedPolicy(context, account, arn, (row) => {
    if (row.versions.length >= POLICY_VERSIONS_MAX) {
      throw limitExceeded(
        `A managed policy can have up to ${POLICY_VERSIONS_MAX} versions. Before you create a new version, you must delete an existing version.`,
      );
    }
    const versionId = `v${row.nextVersion}`;
    return {
      ...row,
      versions: [...row.versions, { versionId, document, createdAtMs: now }],
      nextVersion: row.nextVersion + 1,
      updatedAtMs: now,
      ...(setAsDefault ? { defaultVersionId: versionId } : {}),
    };
  });
}

/** @throws AwsError NoSuchEntity, DeleteConflict */
export async function deletePolicyVersion(
  context: IdentityContext,
  account: string,
  arn: string,
  versionId: string,
): Promise<void> {
  await changeManagedPolicy(context, account, arn, (row) => {
    requireVersion(row, arn, versionId);
    if (row.defaultVersionId === versionId) {
      throw deleteConflict('Cannot delete the default version of a policy.');
    }
    return {
      ...row,
      versions: row.versions.filter((version) => version.versionId !== versionId),
      updatedAtMs: context.clock.now(),
    };
  });
}

/** @throws AwsError NoSuchEntity */
export async function setDefaultPolicyVersion(
  context: IdentityContext,
  account: string,
  arn: string,
  versionId: string,
): Promise<void> {
  await changeManagedPolicy(context, account, arn, (row) => {
    requireVersion(row, arn, versionId);
    return { ...row, defaultVersionId: versionId, updatedAtMs: context.clock.now() };
  });
}

/** @throws AwsError NoSuchEntity */
export function requireVersion(row: ManagedPolicyRow, arn: string, versionId: string) {
  const version = row.versions.find((known) => known.versionId === versionId);
  if (version === undefined) {
    throw noSuchEntity(`Policy ${arn} version ${versionId} does not exist or is not attachable.`);
  }
  return version;
}
