import { noSuchEntity } from '../errors/iam.ts';
import type { Check, Write } from '../store/kv/key-value-store.ts';
import { change } from './change.ts';
import type { IdentityContext } from './context.ts';
import { type Entity, type EntityRows, replaced, requireEntity } from './entities.ts';
import { countUse } from './managed-policies.ts';

/** Sets the boundary of a user or role, or removes it when `arn` is undefined.
 * @throws AwsError NoSuchEntity */
export async function setPermissionsBoundary(
  context: IdentityContext,
  kind: 'user' | 'role',
  account: string,
  name: string,
  arn: string | undefined,
): Promise<void> {
  await change(context.store, async () => {
    const entity = await requireEntity(context, kind, account, name);
    const known = entity.row.permissionsBoundary;
    if (known === undefined && arn === undefined) {
      throw noSuchEntity(
        `${kind === 'user' ? 'User' : 'Role'} ${name} does not have a permissions boundary.`,
      );
    }
    const checks: Check[] = [];
    const writes: Write[] = [];
    if (known === arn) return { checks, writes, result: undefined };
    const uses = [
      ...(known === undefined ? [] : [await countUse(context, account, known, 'boundaryCount', -1)]),
      ...(arn === undefined ? [] : [await countUse(context, account, arn, 'boundaryCount', 1)]),
      withBoundary(kind, account, entity, arn),
    ];
    for (const use of uses) {
      checks.push(...use.checks);
      writes.push(...use.writes);
    }
    return { checks, writes, result: undefined };
  });
}

function withBoundary<Kind extends 'user' | 'role'>(
  kind: Kind,
  account: string,
  entity: Entity<EntityRows[Kind]>,
  arn: string | undefined,
) {
  const { permissionsBoundary: _former, ...row } = entity.row;
  const next = arn === undefined ? row : { ...row, permissionsBoundary: arn };
  // Spreading a generic row loses its name, not its members.
  return replaced(kind, account, entity, next as EntityRows[Kind]);
}
