import {
  createAccessKey,
  deleteAccessKey,
  listAccessKeys,
  type NewAccessKey,
  updateAccessKey,
} from '../../identity/access-keys.ts';
import type { Identity } from '../../identity/identity.ts';
import { accessKeys } from '../../store/tables/access-keys.ts';
import { type AdministrationOperation, refuseUnknown, requireText, validationError } from './operation.ts';

const ROOT_KEYS_MAX = 2;

/** Root access keys of any account: made, replaced and disabled by the site's operator. Users' keys are IAM's. */
export const createRootAccessKey: AdministrationOperation = {
  async handle(input, { identity }, caller) {
    refuseUnknown(input, 'account');
    const own = 'account' in caller ? caller.account : undefined;
    const account = input['account'] === undefined ? own : requireText(input, 'account');
    if (account === undefined) throw validationError('account must be a text.');
    const { accessKeyId, secretAccessKey } = await createInPlaceOfDisabled(identity, { account });
    return { accessKey: { accessKeyId, secretAccessKey } };
  },
};

/** The new key exists before the old one stops, so that nobody is ever without one. */
export const rotateRootAccessKey: AdministrationOperation = {
  async handle(input, { identity }) {
    refuseUnknown(input, 'accessKeyId');
    const old = requireText(input, 'accessKeyId');
    const owner = await rootOwner(identity, old);
    const { accessKeyId, secretAccessKey } = await createInPlaceOfDisabled(identity, owner, old);
    await updateAccessKey(identity, owner, old, 'Inactive');
    return { accessKey: { accessKeyId, secretAccessKey } };
  },
};

export const disableRootAccessKey: AdministrationOperation = {
  async handle(input, { identity }) {
    refuseUnknown(input, 'accessKeyId');
    const accessKeyId = requireText(input, 'accessKeyId');
    await updateAccessKey(identity, await rootOwner(identity, accessKeyId), accessKeyId, 'Inactive');
    return { accessKeyId, status: 'Inactive' };
  },
};

/** Root has as many keys as a user has at AWS. Nothing but rotation disables them, and nobody enables one again: a disabled
 * one makes room, or an account could be rotated only once. */
async function createInPlaceOfDisabled(
  identity: Identity,
  owner: { account: string },
  kept?: string,
): Promise<NewAccessKey> {
  const present = await listAccessKeys(identity, owner);
  const disabled = present.find(({ accessKeyId, status }) => status === 'Inactive' && accessKeyId !== kept);
  if (present.length >= ROOT_KEYS_MAX && disabled !== undefined) {
    await deleteAccessKey(identity, owner, disabled.accessKeyId);
  }
  return createAccessKey(identity, owner);
}

async function rootOwner(identity: Identity, accessKeyId: string): Promise<{ account: string }> {
  const [row] = await identity.store.get([accessKeys.key(accessKeyId)]);
  const found = row === undefined ? undefined : accessKeys.decode(row);
  if (found === undefined || found.userName !== undefined) {
    throw validationError(`${accessKeyId} is no root access key.`);
  }
  return { account: found.account };
}
