import { deleteConflict, entityAlreadyExists, iamValidationError } from '../errors/iam.ts';
import { ABSENT } from '../store/kv/key-value-store.ts';
import { type RoleRow, roles } from '../store/tables/roles.ts';
import { change } from './change.ts';
import { checkTrustPolicy } from './checked-documents.ts';
import { checkedDescription, checkedName, checkedPath, mergedTags } from './checked-input.ts';
import type { IdentityContext } from './context.ts';
import { changeEntity, findEntity, requireEntity } from './entities.ts';
import { newUniqueId } from './ids.ts';
import { ROLE_SESSION_SECONDS_MAX, ROLE_SESSION_SECONDS_MIN, SESSION_SECONDS_DEFAULT } from './limits.ts';
import { countUse } from './managed-policies.ts';

/** @throws AwsError ValidationError, MalformedPolicyDocument, LimitExceeded, EntityAlreadyExists, NoSuchEntity */
export async function createRole(
  context: IdentityContext,
  account: string,
  options: {
    readonly roleName: string;
    readonly trustPolicy: string;
    readonly path?: string;
    readonly description?: string;
    readonly maxSessionSeconds?: number;
    readonly permissionsBoundary?: string;
    readonly tags?: readonly { readonly Key: string; readonly Value: string }[];
  },
): Promise<RoleRow> {
  const { roleName, trustPolicy, description, permissionsBoundary } = options;
  const named = {
    roleName: checkedName('roleName', roleName),
    roleId: newUniqueId('AROA'),
    path: checkedPath(options.path),
    createdAtMs: context.clock.now(),
    inlinePolicies: {},
    attachedPolicies: [],
    trustPolicy,
    ...(description === undefined ? {} : { description: checkedDescription(description) }),
    maxSessionSeconds: checkedSessionSeconds(options.maxSessionSeconds ?? SESSION_SECONDS_DEFAULT),
    tags: mergedTags([], options.tags ?? []),
    ...(permissionsBoundary === undefined ? {} : { permissionsBoundary }),
  };
  const row: RoleRow = { ...named, trustedIds: await checkTrustPolicy(context, trustPolicy) };
  const key = roleName.toLowerCase();
  return await change(context.store, async () => {
    if ((await findEntity(context, 'role', account, roleName)) !== undefined) {
      throw entityAlreadyExists(`Role with name ${roleName} already exists.`);
    }
    const use =
      permissionsBoundary === undefined
        ? { checks: [], writes: [] }
        : await countUse(context, account, permissionsBoundary, 'boundaryCount', 1);
    return {
      checks: [roles.check(ABSENT, account, key), ...use.checks],
      writes: [roles.put(row, account, key), ...use.writes],
      result: row,
    };
  });
}

/** @throws AwsError NoSuchEntity, ValidationError */
export async function updateRole(
  context: IdentityContext,
  account: string,
  roleName: string,
  options: { readonly description?: string; readonly maxSessionSeconds?: number },
): Promise<RoleRow> {
  const { description, maxSessionSeconds } = options;
  return await changeEntity(context, 'role', account, roleName, (row) => ({
    ...row,
    ...(description === undefined ? {} : { description: checkedDescription(description) }),
    ...(maxSessionSeconds === undefined
      ? {}
      : { maxSessionSeconds: checkedSessionSeconds(maxSessionSeconds) }),
  }));
}

/** @throws AwsError NoSuchEntity, MalformedPolicyDocument, LimitExceeded */
export async function updateTrustPolicy(
  context: IdentityContext,
  account: string,
  roleName: string,
  trustPolicy: string,
): Promise<void> {
  await requireEntity(context, 'role', account, roleName);
  const trustedIds = await checkTrustPolicy(context, trustPolicy);
  await changeEntity(context, 'role', account, roleName, (row) => ({ ...row, trustPolicy, trustedIds }));
}

/** @throws AwsError NoSuchEntity, DeleteConflict */
export async function deleteRole(context: IdentityContext, account: string, roleName: string): Promise<void> {
  await change(context.store, async () => {
    const { row, version } = await requireEntity(context, 'role', account, roleName);
    if (row.attachedPolicies.length > 0) {
      throw deleteConflict('Cannot delete entity, must detach all policies first.');
    }
    if (Object.keys(row.inlinePolicies).length > 0) {
      throw deleteConflict('Cannot delete entity, must delete policies first.');
    }
    const key = row.roleName.toLowerCase();
    const use =
      row.permissionsBoundary === undefined
        ? { checks: [], writes: [] }
        : await countUse(context, account, row.permissionsBoundary, 'boundaryCount', -1);
    return {
      checks: [roles.check(version, account, key), ...use.checks],
      writes: [roles.delete(account, key), ...use.writes],
      result: undefined,
    };
  });
}

function checkedSessionSeconds(seconds: number): number {
  if (seconds >= ROLE_SESSION_SECONDS_MIN && seconds <= ROLE_SESSION_SECONDS_MAX) return seconds;
  const bound =
    seconds < ROLE_SESSION_SECONDS_MIN
      ? `greater than or equal to ${ROLE_SESSION_SECONDS_MIN}`
      : `less than or equal to ${ROLE_SESSION_SECONDS_MAX}`;
  throw iamValidationError(
    `1 validation error detected: Value '${seconds}' at 'maxSessionDuration' failed to satisfy constraint: Member must have value ${bound}`,
  );
}
