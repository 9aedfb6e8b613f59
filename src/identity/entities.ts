import { noSuchEntity } from '../errors/iam.ts';
import type { RowVersion, Write } from '../store/kv/key-value-store.ts';
import { type GroupRow, groups } from '../store/tables/groups.ts';
import type { Table } from '../store/tables/json-table.ts';
import { type RoleRow, roles } from '../store/tables/roles.ts';
import { type UserRow, users } from '../store/tables/users.ts';
import { iamArn } from './arn.ts';
import { change } from './change.ts';
import type { IdentityContext } from './context.ts';

/** Users, groups and roles: what can hold policies. */
export interface EntityRows {
  readonly user: UserRow;
  readonly group: GroupRow;
  readonly role: RoleRow;
}
export type EntityKind = keyof EntityRows;

export interface Entity<RowType> {
  readonly row: RowType;
  readonly version: RowVersion;
}

type EntityTable<RowType> = Table<RowType, readonly [account: string, lowerCaseName: string]>;

const TABLES: { readonly [Kind in EntityKind]: EntityTable<EntityRows[Kind]> } = {
  user: users,
  group: groups,
  role: roles,
};

export function entityTable<Kind extends EntityKind>(kind: Kind): EntityTable<EntityRows[Kind]> {
  return TABLES[kind];
}

export function nameOf(row: UserRow | GroupRow | RoleRow): string {
  if ('userName' in row) return row.userName;
  return 'roleName' in row ? row.roleName : row.groupName;
}

export function arnOfEntity(account: string, kind: EntityKind, row: UserRow | GroupRow | RoleRow): string {
  return iamArn(account, kind, row.path, nameOf(row));
}

export async function findEntity<Kind extends EntityKind>(
  context: Pick<IdentityContext, 'store'>,
  kind: Kind,
  account: string,
  name: string,
): Promise<Entity<EntityRows[Kind]> | undefined> {
  const table = entityTable(kind);
  const [row] = await context.store.get([table.key(account, name.toLowerCase())]);
  return row === undefined ? undefined : { row: table.decode(row), version: row.version };
}

/** @throws AwsError NoSuchEntity */
export async function requireEntity<Kind extends EntityKind>(
  context: Pick<IdentityContext, 'store'>,
  kind: Kind,
  account: string,
  name: string,
): Promise<Entity<EntityRows[Kind]>> {
  const entity = await findEntity(context, kind, account, name);
  if (entity === undefined) throw noSuchEntity(`The ${kind} with name ${name} cannot be found.`);
  return entity;
}

/** Every entity of a kind in the account, in the order of their names. */
export async function listEntities<Kind extends EntityKind>(
  context: Pick<IdentityContext, 'store'>,
  kind: Kind,
  account: string,
): Promise<EntityRows[Kind][]> {
  const table = entityTable(kind);
  const rows = await context.store.range(table.range(account));
  return rows.map((row) => table.decode(row));
}

/** Replaces the row by what `next` makes of it.
 * @throws AwsError NoSuchEntity, and what `next` throws */
export async function changeEntity<Kind extends EntityKind>(
  context: Pick<IdentityContext, 'store'>,
  kind: Kind,
  account: string,
  name: string,
  next: (row: EntityRows[Kind]) => EntityRows[Kind],
): Promise<EntityRows[Kind]> {
  return await change(context.store, async () => {
    const entity = await requireEntity(context, kind, account, name);
    const row = next(entity.row);
    return { ...replaced(kind, account, entity, row), result: row };
  });
}

/** The check and write that put `row` in the place of what was read. */
export function replaced<Kind extends EntityKind>(
  kind: Kind,
  account: string,
  entity: Entity<EntityRows[Kind]>,
  row: EntityRows[Kind],
): { checks: ReturnType<EntityTable<EntityRows[Kind]>['check']>[]; writes: Write[] } {
  const table = entityTable(kind);
  const key = nameOf(entity.row).toLowerCase();
  return { checks: [table.check(entity.version, account, key)], writes: [table.put(row, account, key)] };
}
