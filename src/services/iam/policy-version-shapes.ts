import type { PolicyVersion } from '@aws-sdk/client-iam';
import { noSuchEntity } from '../../errors/iam.ts';
import { awsManagedPolicy } from '../../identity/aws-managed-policies.ts';
import type { Identity } from '../../identity/identity.ts';
import { requireManagedPolicy } from '../../identity/managed-policies.ts';
import type { PolicyVersionRow } from '../../store/tables/managed-policies.ts';
import { encodedDocument, secondsDate } from './shapes.ts';

/** As lists and CreatePolicyVersion show a version: without its document. */
export function listedVersion(defaultVersionId: string, row: PolicyVersionRow): PolicyVersion {
  return {
    VersionId: row.versionId,
    IsDefaultVersion: row.versionId === defaultVersionId,
    CreateDate: secondsDate(row.createdAtMs),
  };
}

/** All versions of a policy with their documents, newest first. Of AWS's own policies only the default version is
 * known here.
 * @throws AwsError NoSuchEntity */
export async function policyVersions(
  identity: Identity,
  account: string,
  arn: string,
): Promise<PolicyVersion[]> {
  const builtIn = awsManagedPolicy(arn);
  if (builtIn !== undefined) {
    const { defaultVersionId, document, updatedAtMs } = builtIn;
    const row = { versionId: defaultVersionId, document, createdAtMs: updatedAtMs };
    return [{ ...listedVersion(defaultVersionId, row), Document: encodedDocument(document) }];
  }
  const { row } = await requireManagedPolicy(identity, account, arn);
  return row.versions
    .map((version) => ({
      ...listedVersion(row.defaultVersionId, version),
      Document: encodedDocument(version.document),
    }))
    .toReversed();
}

/** @throws AwsError NoSuchEntity */
export async function policyVersion(
  identity: Identity,
  account: string,
  arn: string,
  versionId: string,
): Promise<PolicyVersion> {
  const versions = await policyVersions(identity, account, arn);
  const version = versions.find(({ VersionId }) => VersionId === versionId);
  if (version === undefined) {
    throw noSuchEntity(`Policy ${arn} version ${versionId} does not exist or is not attachable.`);
  }
  return version;
}
