import { deleteConflict, entityAlreadyExists } from '../errors/iam.ts';
import { ABSENT, type Check, type Write } from '../store/kv/key-value-store.ts';
import { accessKeys } from '../store/tables/access-keys.ts';
import { type UserRow, users } from '../store/tables/users.ts';
import { change } from './change.ts';
import { checkedName, checkedPath, mergedTags } from './checked-input.ts';
import type { IdentityContext } from './context.ts';
import { findEntity, requireEntity } from './entities.ts';
import { newUniqueId } from './ids.ts';
import { countUse } from './managed-policies.ts';

/** @throws AwsError ValidationError, EntityAlreadyExists, NoSuchEntity (the boundary) */
export async function createUser(
  context: IdentityContext,
  account: string,
  options: {
    readonly userName: string;
    readonly path?: string;
    readonly permissionsBoundary?: string;
    readonly tags?: readonly { readonly Key: string; readonly Value: string }[];
  },
): Promise<UserRow> {
  const { userName, permissionsBoundary } = options;
  const row: UserRow = {
    userName: checkedName('userName', userName),
    userId: newUniqueId('AIDA'),
    path: checkedPath(options.path),
    createdAtMs: context.clock.now(),
    inlinePolicies: {},
    attachedPolicies: [],
    tags: mergedTags([], options.tags ?? []),
    ...(permissionsBoundary === undefined ? {} : { permissionsBoundary }),
    groups: [],
    accessKeyIds: [],
  };
  const key = userName.toLowerCase();
  return await change(context.store, async () => {
    if ((await findEntity(context, 'user', account, userName)) !== undefined) {
      throw entityAlreadyExists(`User with name ${userName} already exists.`);
    }
    const use =
      permissionsBoundary === undefined
        ? { checks: [], writes: [] }
        : await countUse(context, account, permissionsBoundary, 'boundaryCount', 1);
    return {
      checks: [users.check(ABSENT, account, key), ...use.checks],
      writes: [users.put(row, account, key), ...use.writes],
      result: row,
    };
  });
}

/** Renames or moves a user; its keys, groups and policies stay with it.
 * @throws AwsError NoSuchEntity, EntityAlreadyExists, ValidationError */
export async function updateUser(
  context: IdentityContext,
  account: string,
  userName: string,
  options: { readonly newUserName?: string; readonly newPath?: string },
): Promise<void> {
  await change(context.store, async () => {
    const { row, version } = await requireEntity(context, 'user', account, userName);
    const newName = checkedName('userName', options.newUserName ?? row.userName);
    const next: UserRow = { ...row, userName: newName, path: checkedPath(options.newPath ?? row.path) };
    const oldKey = row.userName.toLowerCase();
    const newKey = newName.toLowerCase();
    const checks: Check[] = [users.check(version, account, oldKey)];
    const writes: Write[] = [users.put(next, account, newKey)];
    if (newKey !== oldKey) {
      if ((await findEntity(context, 'user', account, newName)) !== undefined) {
        throw entityAlreadyExists(`User with name ${newName} already exists.`);
      }
      checks.push(users.check(ABSENT, account, newKey));
      writes.push(users.delete(account, oldKey));
    }
    const keys = await context.store.get(row.accessKeyIds.map((id) => accessKeys.key(id)));
    for (const [index, id] of row.accessKeyIds.entries()) {
      const key = keys[index];
      if (key === undefined) continue;
      checks.push(accessKeys.check(key.version, id));
      writes.push(accessKeys.put({ ...accessKeys.decode(key), userName: newName }, id));
    }
    return { checks, writes, result: undefined };
  });
}

/** @throws AwsError NoSuchEntity, DeleteConflict */
export async function deleteUser(context: IdentityContext, account: string, userName: string): Promise<void> {
  await change(context.store, async () => {
    const { row, version } = await requireEntity(context, 'user', account, userName);
    if (row.accessKeyIds.length > 0) {
      throw deleteConflict('Cannot delete entity, must remove referenced objects first.');
    }
    if (row.groups.length > 0)
      throw deleteConflict('Cannot delete entity, must remove users from group first.');
    if (row.attachedPolicies.length > 0) {
      throw deleteConflict('Cannot delete entity, must detach all policies first.');
    }
    if (Object.keys(row.inlinePolicies).length > 0) {
      throw deleteConflict('Cannot delete entity, must delete policies first.');
    }
    const key = row.userName.toLowerCase();
    const use =
      row.permissionsBoundary === undefined
        ? { checks: [], writes: [] }
        : await countUse(context, account, row.permissionsBoundary, 'boundaryCount', -1);
    return {
      checks: [users.check(version, account, key), ...use.checks],
      writes: [users.delete(account, key), ...use.writes],
      result: undefined,
    };
  });
}
