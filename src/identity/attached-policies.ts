import { limitExceeded, noSuchEntity } from '../errors/iam.ts';
import { change } from './change.ts';
import type { IdentityContext } from './context.ts';
import { type Entity, type EntityKind, type EntityRows, replaced, requireEntity } from './entities.ts';
import { ATTACHED_POLICIES_MAX } from './limits.ts';
import { countUse } from './managed-policies.ts';

/** Attaches a managed policy; once more is no change.
 * @throws AwsError NoSuchEntity, LimitExceeded */
export async function attachPolicy(
  context: IdentityContext,
  kind: EntityKind,
  account: string,
  name: string,
  arn: string,
): Promise<void> {
  await change(context.store, async () => {
    const entity = await requireEntity(context, kind, account, name);
    const { attachedPolicies } = entity.row;
    const use = await countUse(context, account, arn, 'attachmentCount', 1);
    if (attachedPolicies.includes(arn)) return { checks: [], writes: [], result: undefined };
    if (attachedPolicies.length >= ATTACHED_POLICIES_MAX) {
      throw limitExceeded(`Cannot exceed quota for PoliciesPer${capital(kind)}: ${ATTACHED_POLICIES_MAX}`);
    }
    const row = withAttached(kind, account, entity, [...attachedPolicies, arn]);
    return {
      checks: [...row.checks, ...use.checks],
      writes: [...row.writes, ...use.writes],
      result: undefined,
    };
  });
}

/** @throws AwsError NoSuchEntity */
export async function detachPolicy(
  context: IdentityContext,
  kind: EntityKind,
  account: string,
  name: string,
  arn: string,
): Promise<void> {
  await change(context.store, async () => {
    const entity = await requireEntity(context, kind, account, name);
    const { attachedPolicies } = entity.row;
    if (!attachedPolicies.includes(arn)) throw noSuchEntity(`Policy ${arn} was not found.`);
    const use = await countUse(context, account, arn, 'attachmentCount', -1);
    const row = withAttached(
      kind,
      account,
      entity,
      attachedPolicies.filter((attached) => attached !== arn),
    );
    return {
      checks: [...row.checks, ...use.checks],
      writes: [...row.writes, ...use.writes],
      result: undefined,
    };
  });
}

function withAttached<Kind extends EntityKind>(
  kind: Kind,
  account: string,
  entity: Entity<EntityRows[Kind]>,
  attachedPolicies: readonly string[],
) {
  return replaced(kind, account, entity, { ...entity.row, attachedPolicies });
}

export function capital(kind: EntityKind): string {
  return kind.charAt(0).toUpperCase() + kind.slice(1);
}
