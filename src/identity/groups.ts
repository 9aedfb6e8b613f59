import { deleteConflict, entityAlreadyExists, limitExceeded, noSuchEntity } from '../errors/iam.ts';
import { ABSENT } from '../store/kv/key-value-store.ts';
import { type GroupRow, groups } from '../store/tables/groups.ts';
import type { UserRow } from '../store/tables/users.ts';
import { change } from './change.ts';
import { checkedName, checkedPath } from './checked-input.ts';
import type { IdentityContext } from './context.ts';
import { findEntity, listEntities, replaced, requireEntity } from './entities.ts';
import { newUniqueId } from './ids.ts';
import { GROUPS_PER_USER_MAX } from './limits.ts';

/** @throws AwsError ValidationError, EntityAlreadyExists */
export async function createGroup(
  context: IdentityContext,
  account: string,
  options: { readonly groupName: string; readonly path?: string },
): Promise<GroupRow> {
  const { groupName } = options;
  const row: GroupRow = {
    groupName: checkedName('groupName', groupName),
    groupId: newUniqueId('AGPA'),
    path: checkedPath(options.path),
    createdAtMs: context.clock.now(),
    inlinePolicies: {},
    attachedPolicies: [],
    userCount: 0,
  };
  const key = groupName.toLowerCase();
  return await change(context.store, async () => {
    if ((await findEntity(context, 'group', account, groupName)) !== undefined) {
      throw entityAlreadyExists(`Group with name ${groupName} already exists.`);
    }
    return {
      checks: [groups.check(ABSENT, account, key)],
      writes: [groups.put(row, account, key)],
      result: row,
    };
  });
}

/** @throws AwsError NoSuchEntity, DeleteConflict */
export async function deleteGroup(
  context: IdentityContext,
  account: string,
  groupName: string,
): Promise<void> {
  await change(context.store, async () => {
    const { row, version } = await requireEntity(context, 'group', account, groupName);
    if (row.userCount > 0) throw deleteConflict('Cannot delete entity, must remove users from group first.');
    if (row.attachedPolicies.length > 0) {
      throw deleteConflict('Cannot delete entity, must detach all policies first.');
    }
    if (Object.keys(row.inlinePolicies).length > 0) {
      throw deleteConflict('Cannot delete entity, must delete policies first.');
    }
    const key = row.groupName.toLowerCase();
    return {
      checks: [groups.check(version, account, key)],
      writes: [groups.delete(account, key)],
      result: undefined,
    };
  });
}

/** Joining twice is no change. @throws AwsError NoSuchEntity, LimitExceeded */
export async function addUserToGroup(
  context: IdentityContext,
  account: string,
  groupName: string,
  userName: string,
): Promise<void> {
  await change(context.store, async () => {
    const group = await requireEntity(context, 'group', account, groupName);
    const user = await requireEntity(context, 'user', account, userName);
    if (user.row.groups.includes(group.row.groupName)) return { checks: [], writes: [], result: undefined };
    if (user.row.groups.length >= GROUPS_PER_USER_MAX) {
      throw limitExceeded(`Cannot exceed quota for GroupsPerUser: ${GROUPS_PER_USER_MAX}`);
    }
    const joined = [...user.row.groups, group.row.groupName];
    return membership(account, group, user, joined, group.row.userCount + 1);
  });
}

/** @throws AwsError NoSuchEntity */
export async function removeUserFromGroup(
  context: IdentityContext,
  account: string,
  groupName: string,
  userName: string,
): Promise<void> {
  await change(context.store, async () => {
    const group = await requireEntity(context, 'group', account, groupName);
    const user = await requireEntity(context, 'user', account, userName);
    if (!user.row.groups.includes(group.row.groupName)) {
      throw noSuchEntity(`User ${userName} is not in group ${groupName}.`);
    }
    const left = user.row.groups.filter((name) => name !== group.row.groupName);
    return membership(account, group, user, left, group.row.userCount - 1);
  });
}

type Found<RowType> = { readonly row: RowType; readonly version: number };

function membership(
  account: string,
  group: Found<GroupRow>,
  user: Found<UserRow>,
  groupsOfUser: readonly string[],
  userCount: number,
) {
  const groupChange = replaced('group', account, group, { ...group.row, userCount });
  const userChange = replaced('user', account, user, { ...user.row, groups: groupsOfUser });
  return {
    checks: [...groupChange.checks, ...userChange.checks],
    writes: [...groupChange.writes, ...userChange.writes],
    result: undefined,
  };
}

export async function usersOfGroup(
  context: Pick<IdentityContext, 'store'>,
  account: string,
  group: GroupRow,
): Promise<UserRow[]> {
  return (await listEntities(context, 'user', account)).filter((user) =>
    user.groups.includes(group.groupName),
  );
}
