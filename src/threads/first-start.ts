import { ConfigError, type ServeConfig } from '../config.ts';
import { createAccessKey, secretPurpose } from '../identity/access-keys.ts';
import { createAccount, listAccounts } from '../identity/accounts.ts';
import type { IdentityContext } from '../identity/context.ts';
import { openSecret } from '../keys/secret.ts';
import { ABSENT } from '../store/kv/key-value-store.ts';
import { accessKeys } from '../store/tables/access-keys.ts';
import { type SiteRow, site as siteTable } from '../store/tables/site.ts';

/** What the first start makes: the first account, which administers the site, its root key, and the site's record.
 *
 * The record comes last, so that a start that was interrupted begins again with the account that is there. */
export interface SiteIdentity {
  readonly operatorAccount: string;
  /** Made now, and shown once. Undefined where the operator gave one, and at every later start. */
  readonly newRootKey?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

const FIRST_ACCOUNT_NAME = 'main';

export async function readSiteRow(context: Pick<IdentityContext, 'store'>): Promise<SiteRow | undefined> {
  const [row] = await context.store.get([siteTable.key('site')]);
  return row === undefined ? undefined : siteTable.decode(row);
}

export async function ensureFirstAccount(
  context: IdentityContext,
  options: {
    readonly siteId: string;
    readonly defaultRegion: string;
    readonly rootCredentials: ServeConfig['rootCredentials'];
  },
): Promise<SiteIdentity> {
  const known = await readSiteRow(context);
  if (known !== undefined) {
    await ensureGivenKey(context, known.operatorAccount, options.rootCredentials);
    return { operatorAccount: known.operatorAccount };
  }
  const [existing] = await listAccounts(context);
  const account = existing ?? (await createAccount(context, { name: FIRST_ACCOUNT_NAME }));
  await ensureGivenKey(context, account.id, options.rootCredentials);
  // A key that an interrupted start made was never shown: it is worth nothing, and a further one is made.
  const made =
    options.rootCredentials === undefined
      ? await createAccessKey(context, { account: account.id })
      : undefined;
  const record: SiteRow = {
    siteId: options.siteId,
    createdAtMs: context.clock.now(),
    defaultRegion: options.defaultRegion,
    operatorAccount: account.id,
    masterKeyFingerprint: context.keyring.currentWrapId,
  };
  await context.store.commit({
    checks: [siteTable.check(ABSENT, 'site')],
    writes: [siteTable.put(record, 'site')],
  });
  return { operatorAccount: account.id, ...(made !== undefined && { newRootKey: made }) };
}

/** The key that the operator gave works, at every start. @throws ConfigError */
async function ensureGivenKey(
  context: IdentityContext,
  account: string,
  given: ServeConfig['rootCredentials'],
): Promise<void> {
  if (given === undefined) return;
  const [row] = await context.store.get([accessKeys.key(given.accessKeyId)]);
  if (row === undefined) {
    await createAccessKey(context, { account }, given);
    return;
  }
  const { sealedSecret } = accessKeys.decode(row);
  if (openSecret(context.keyring, sealedSecret, secretPurpose(given.accessKeyId)) !== given.secretAccessKey) {
    throw new ConfigError(
      `The access key ${given.accessKeyId} exists with another secret: give that one, or none.`,
    );
  }
}
