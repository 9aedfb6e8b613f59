import type { AccountRow } from '../../store/tables/accounts.ts';

/** An account as our API shows it. */
export function accountView({ id, name, createdAtMs }: AccountRow): object {
  return { id, name, createdAt: new Date(createdAtMs).toISOString() };
}
