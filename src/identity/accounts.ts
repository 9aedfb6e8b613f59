import { entityAlreadyExists, iamValidationError, noSuchEntity } from '../errors/iam.ts';
import { ABSENT, type RowVersion } from '../store/kv/key-value-store.ts';
import { type AccountRow, accounts } from '../store/tables/accounts.ts';
import { change } from './change.ts';
import type { IdentityContext } from './context.ts';
import { newAccountId } from './ids.ts';

const ACCOUNT_ID = /^\d{12}$/;
const ACCOUNT_NAME = /^[\w+=,.@ -]{1,50}$/;

/** Makes an account without any key. Names are unique, so that people can tell accounts by them.
 * @throws AwsError ValidationError, EntityAlreadyExists */
export async function createAccount(
  context: IdentityContext,
  options: { readonly name: string; readonly id?: string },
): Promise<AccountRow> {
  const { name, id = newAccountId() } = options;
  if (!ACCOUNT_NAME.test(name) || name.trim() === '')
    throw iamValidationError(`The account name "${name}" is invalid.`);
  if (!ACCOUNT_ID.test(id))
    throw iamValidationError(`The account id ${id} is invalid: it must have 12 digits.`);
  return await change(context.store, async () => {
    const known = await listAccounts(context);
    const taken = known.find((row) => row.id === id || row.name === name);
    if (taken !== undefined)
      throw entityAlreadyExists(`Account ${taken.id} with name ${taken.name} already exists.`);
    const row: AccountRow = { id, name, createdAtMs: context.clock.now(), accessKeyIds: [] };
    return { checks: [accounts.check(ABSENT, id)], writes: [accounts.put(row, id)], result: row };
  });
}

export async function listAccounts(context: Pick<IdentityContext, 'store'>): Promise<AccountRow[]> {
  const rows = await context.store.range(accounts.range());
  return rows.map((row) => accounts.decode(row));
}

export async function findAccount(
  context: Pick<IdentityContext, 'store'>,
  id: string,
): Promise<{ readonly row: AccountRow; readonly version: RowVersion } | undefined> {
  const [row] = await context.store.get([accounts.key(id)]);
  return row === undefined ? undefined : { row: accounts.decode(row), version: row.version };
}

/** @throws AwsError NoSuchEntity */
export async function requireAccount(context: Pick<IdentityContext, 'store'>, id: string) {
  const account = await findAccount(context, id);
  if (account === undefined) throw noSuchEntity(`The account ${id} cannot be found.`);
  return account;
}
