import { ConfigError, type ServeConfig } from '../config.ts';
import { AwsError } from '../errors/aws-error.ts';
import {
  createAccessKey,
  createInPlaceOfDisabled,
  deleteAccessKey,
  listAccessKeys,
  secretPurpose,
  updateAccessKey,
} from '../identity/access-keys.ts';
import { createAccount, listAccounts } from '../identity/accounts.ts';
import { change } from '../identity/change.ts';
import type { IdentityContext } from '../identity/context.ts';
import { openSecret } from '../keys/secret.ts';
import { ABSENT } from '../store/kv/key-value-store.ts';
import { accessKeys } from '../store/tables/access-keys.ts';
import { type SiteRow, site as siteTable } from '../store/tables/site.ts';

/** What the first start makes: the first account, which administers the site, its root key, and the site's record.
 *
 * Invariants
 * - The record comes last, after a root key is known to somebody: given by the operator, or shown. A start that was
 *   interrupted before begins again with the account that is there, and with another key. */
export interface SiteIdentity {
  readonly operatorAccount: string;
  /** Made now, to be shown once; `recordSite` comes after that. Undefined where the operator gave one, and at every later
   * start. */
  readonly newRootKey?: RootKey;
}

export interface RootKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface FirstStart {
  readonly siteId: string;
  readonly defaultRegion: string;
  readonly rootCredentials: ServeConfig['rootCredentials'];
}

const FIRST_ACCOUNT_NAME = 'main';

export async function readSiteRow(context: Pick<IdentityContext, 'store'>): Promise<SiteRow | undefined> {
  const [row] = await context.store.get([siteTable.key('site')]);
  return row === undefined ? undefined : siteTable.decode(row);
}

export async function ensureFirstAccount(
  context: IdentityContext,
  options: FirstStart,
): Promise<SiteIdentity> {
  const known = await readSiteRow(context);
  const { rootCredentials: given } = options;
  if (known !== undefined) {
    if (given !== undefined) await ensureGivenKey(context, known.operatorAccount, given);
    return { operatorAccount: known.operatorAccount };
  }
  const existing = (await listAccounts(context)).find(({ name }) => name === FIRST_ACCOUNT_NAME);
  const { id: account } = existing ?? (await createAccount(context, { name: FIRST_ACCOUNT_NAME }));
  // What an interrupted start made was perhaps never shown: nobody may know it, and it would count.
  for (const { accessKeyId } of await listAccessKeys(context, { account })) {
    await deleteAccessKey(context, { account }, accessKeyId);
  }
  const newRootKey = await createAccessKey(context, { account }, given);
  if (given === undefined) return { operatorAccount: account, newRootKey };
  await recordSite(context, options, account);
  return { operatorAccount: account };
}

/** From now on a start makes no root key. */
export async function recordSite(
  context: IdentityContext,
  { siteId, defaultRegion }: FirstStart,
  operatorAccount: string,
): Promise<void> {
  const record: SiteRow = {
    siteId,
    createdAtMs: context.clock.now(),
    defaultRegion,
    operatorAccount,
    masterKeyFingerprint: context.keyring.currentWrapId,
  };
  await change(context.store, () =>
    Promise.resolve({
      checks: [siteTable.check(ABSENT, 'site')],
      writes: [siteTable.put(record, 'site')],
      result: undefined,
    }),
  );
}

/** The key that the operator gave works, at every start: it is the way back in. @throws ConfigError */
async function ensureGivenKey(context: IdentityContext, account: string, given: RootKey): Promise<void> {
  const { accessKeyId } = given;
  const [row] = await context.store.get([accessKeys.key(accessKeyId)]);
  if (row === undefined) {
    await makeGivenKey(context, account, given);
    return;
  }
  const key = accessKeys.decode(row);
  if (key.account !== account || key.userName !== undefined) {
    throw new ConfigError(`The access key ${accessKeyId} is not of the first account's root: give another.`);
  }
  if (openSecret(context.keyring, key.sealedSecret, secretPurpose(accessKeyId)) !== given.secretAccessKey) {
    throw new ConfigError(
      `The access key ${accessKeyId} exists with another secret: give that one, or none.`,
    );
  }
  if (key.status === 'Inactive') await updateAccessKey(context, { account }, accessKeyId, 'Active');
}

async function makeGivenKey(context: IdentityContext, account: string, given: RootKey): Promise<void> {
  try {
    await createInPlaceOfDisabled(context, { account }, { given });
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== 'LimitExceeded') throw error;
    throw new ConfigError(
      `The first account has two active root keys: start with one of them, or disable one for ${given.accessKeyId}.`,
      { cause: error },
    );
  }
}
