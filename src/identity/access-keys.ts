import { entityAlreadyExists, iamValidationError, limitExceeded, noSuchEntity } from '../errors/iam.ts';
import { sealSecret } from '../keys/secret.ts';
import { ABSENT, type Check, type Write } from '../store/kv/key-value-store.ts';
import { type AccessKeyRow, accessKeys } from '../store/tables/access-keys.ts';
import { accounts } from '../store/tables/accounts.ts';
import { requireAccount } from './accounts.ts';
import { change } from './change.ts';
import type { IdentityContext } from './context.ts';
import { replaced, requireEntity } from './entities.ts';
import { newAccessKeyId, newSecretAccessKey } from './ids.ts';
import { ACCESS_KEYS_PER_USER_MAX } from './limits.ts';

/** Whose keys: a user's, or the root's where `userName` is absent. */
export interface KeyOwner {
  readonly account: string;
  readonly userName?: string;
}

export interface NewAccessKey {
  readonly accessKeyId: string;
  /** Shown once: only its sealed form is kept. */
  readonly secretAccessKey: string;
  readonly createdAtMs: number;
}

/** A root key that the operator chose. */
export type RootCredentials = Pick<NewAccessKey, 'accessKeyId' | 'secretAccessKey'>;

export interface AccessKey extends AccessKeyRow {
  readonly accessKeyId: string;
}

const ACCESS_KEY_ID = /^[A-Z0-9]{16,128}$/i;
/** AWS's have 40 characters; shorter ones given by an operator would be guessable. */
const SECRET_LENGTH_MIN = 16;

export function secretPurpose(accessKeyId: string): string {
  return `access key ${accessKeyId}`;
}

/** @param given a key chosen by the operator (the first start's root key); else both parts are random.
 * @throws AwsError NoSuchEntity, LimitExceeded, EntityAlreadyExists, ValidationError */
export async function createAccessKey(
  context: IdentityContext,
  owner: KeyOwner,
  given?: RootCredentials,
): Promise<NewAccessKey> {
  if (
    given !== undefined &&
    (!ACCESS_KEY_ID.test(given.accessKeyId) || given.secretAccessKey.length < SECRET_LENGTH_MIN)
  ) {
    throw iamValidationError(
      `An access key id has 16 to 128 letters and digits, its secret at least ${SECRET_LENGTH_MIN} characters.`,
    );
  }
  const accessKeyId = given?.accessKeyId ?? newAccessKeyId('AKIA');
  const secretAccessKey = given?.secretAccessKey ?? newSecretAccessKey();
  const createdAtMs = context.clock.now();
  const key: AccessKeyRow = {
    ...owner,
    status: 'Active',
    sealedSecret: sealSecret(context.keyring, secretAccessKey, secretPurpose(accessKeyId)),
    createdAtMs,
  };
  return await change(context.store, async () => {
    const [taken] = await context.store.get([accessKeys.key(accessKeyId)]);
    if (taken !== undefined && !taken.value.equals(accessKeys.encode(key))) {
      throw entityAlreadyExists(`The access key ${accessKeyId} already exists.`);
    }
    const holder = await ownerChange(context, owner, (ids) => {
      if (ids.length >= ACCESS_KEYS_PER_USER_MAX) {
        throw limitExceeded(`Cannot exceed quota for AccessKeysPerUser: ${ACCESS_KEYS_PER_USER_MAX}`);
      }
      return [...ids, accessKeyId];
    });
    return {
      checks: [...holder.checks, accessKeys.check(ABSENT, accessKeyId)],
      writes: [...holder.writes, accessKeys.put(key, accessKeyId)],
      result: { accessKeyId, secretAccessKey, createdAtMs },
    };
  });
}

/** Root has as many keys as a user has at AWS. Nobody enables a disabled one again but the operator, at a start: it makes
 * room, or an account could be rotated only once.
 * @param options.kept this one stays, disabled or not
 * @throws AwsError as `createAccessKey` */
export async function createInPlaceOfDisabled(
  context: IdentityContext,
  owner: KeyOwner,
  options: { readonly kept?: string; readonly given?: RootCredentials } = {},
): Promise<NewAccessKey> {
  const present = await listAccessKeys(context, owner);
  const disabled = present.find(
    ({ accessKeyId, status }) => status === 'Inactive' && accessKeyId !== options.kept,
  );
  if (present.length >= ACCESS_KEYS_PER_USER_MAX && disabled !== undefined) {
    await deleteAccessKey(context, owner, disabled.accessKeyId);
  }
  return createAccessKey(context, owner, options.given);
}

/** In the order of their making. @throws AwsError NoSuchEntity */
export async function listAccessKeys(context: IdentityContext, owner: KeyOwner): Promise<AccessKey[]> {
  const found = await keysOf(context, owner);
  return found.map(({ accessKeyId, row }) => ({ accessKeyId, ...row }));
}

async function keysOf(context: IdentityContext, owner: KeyOwner) {
  const ids =
    owner.userName === undefined
      ? (await requireAccount(context, owner.account)).row.accessKeyIds
      : (await requireEntity(context, 'user', owner.account, owner.userName)).row.accessKeyIds;
  const rows = await context.store.get(ids.map((id) => accessKeys.key(id)));
  return rows.flatMap((found, index) => {
    const accessKeyId = ids[index];
    if (found === undefined || accessKeyId === undefined) return [];
    return [{ accessKeyId, row: accessKeys.decode(found), version: found.version }];
  });
}

/** Disables a key, unless it is the only one of its owner that is active.
 * @returns whether it is disabled now
 * @throws AwsError NoSuchEntity */
export async function disableUnlessLast(
  context: IdentityContext,
  owner: KeyOwner,
  accessKeyId: string,
): Promise<boolean> {
  return await change(context.store, async () => {
    const { row, version } = await requireKey(context, owner, accessKeyId);
    const others = (await keysOf(context, owner)).filter((key) => key.accessKeyId !== accessKeyId);
    if (row.status === 'Inactive') return { checks: [], writes: [], result: true };
    const another = others.find((key) => key.row.status === 'Active');
    if (another === undefined) return { checks: [], writes: [], result: false };
    return {
      // Of two calls at once, each for one of two keys, the second finds the first's key disabled.
      checks: [
        accessKeys.check(version, accessKeyId),
        accessKeys.check(another.version, another.accessKeyId),
      ],
      writes: [accessKeys.put({ ...row, status: 'Inactive' }, accessKeyId)],
      result: true,
    };
  });
}

/** @throws AwsError NoSuchEntity */
export async function updateAccessKey(
  context: IdentityContext,
  owner: KeyOwner,
  accessKeyId: string,
  status: 'Active' | 'Inactive',
): Promise<void> {
  await change(context.store, async () => {
    const { row, version } = await requireKey(context, owner, accessKeyId);
    return {
      checks: [accessKeys.check(version, accessKeyId)],
      writes: [accessKeys.put({ ...row, status }, accessKeyId)],
      result: undefined,
    };
  });
}

/** @throws AwsError NoSuchEntity */
export async function deleteAccessKey(
  context: IdentityContext,
  owner: KeyOwner,
  accessKeyId: string,
): Promise<void> {
  await change(context.store, async () => {
    const { version } = await requireKey(context, owner, accessKeyId);
    const holder = await ownerChange(context, owner, (ids) => ids.filter((id) => id !== accessKeyId));
    return {
      checks: [...holder.checks, accessKeys.check(version, accessKeyId)],
      writes: [...holder.writes, accessKeys.delete(accessKeyId)],
      result: undefined,
    };
  });
}

async function requireKey(context: IdentityContext, owner: KeyOwner, accessKeyId: string) {
  const [row] = await context.store.get([accessKeys.key(accessKeyId)]);
  const key = row === undefined ? undefined : accessKeys.decode(row);
  const owned =
    key?.account === owner.account && key.userName?.toLowerCase() === owner.userName?.toLowerCase();
  if (row === undefined || key === undefined || !owned) {
    throw noSuchEntity(`The Access Key with id ${accessKeyId} cannot be found.`);
  }
  return { row: key, version: row.version };
}

/** The change of the owner's list of key ids. */
async function ownerChange(
  context: IdentityContext,
  owner: KeyOwner,
  next: (ids: readonly string[]) => readonly string[],
): Promise<{ checks: Check[]; writes: Write[] }> {
  if (owner.userName === undefined) {
    const { row, version } = await requireAccount(context, owner.account);
    return {
      checks: [accounts.check(version, owner.account)],
      writes: [accounts.put({ ...row, accessKeyIds: next(row.accessKeyIds) }, owner.account)],
    };
  }
  const user = await requireEntity(context, 'user', owner.account, owner.userName);
  return replaced('user', owner.account, user, { ...user.row, accessKeyIds: next(user.row.accessKeyIds) });
}
