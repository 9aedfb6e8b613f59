import { administrationInvalid } from '../../errors/holdfast.ts';
import { createInPlaceOfDisabled, disableUnlessLast, updateAccessKey } from '../../identity/access-keys.ts';
import type { Identity } from '../../identity/identity.ts';
import { accessKeys } from '../../store/tables/access-keys.ts';
import { type AdministrationOperation, refuseUnknown, requireText } from './operation.ts';

/** Root access keys of any account: made, replaced and disabled by the site's operator. Users' keys are IAM's. */
export const createRootAccessKey: AdministrationOperation = {
  async handle(input, { identity }, caller) {
    refuseUnknown(input, 'account');
    const own = 'account' in caller ? caller.account : undefined;
    const account = input['account'] === undefined ? own : requireText(input, 'account');
    if (account === undefined) throw administrationInvalid('account must be a text.');
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
    const { accessKeyId, secretAccessKey } = await createInPlaceOfDisabled(identity, owner, {
      kept: old,
    });
    await updateAccessKey(identity, owner, old, 'Inactive');
    return { accessKey: { accessKeyId, secretAccessKey } };
  },
};

export const disableRootAccessKey: AdministrationOperation = {
  async handle(input, { identity, operatorAccount }) {
    refuseUnknown(input, 'accessKeyId');
    const accessKeyId = requireText(input, 'accessKeyId');
    const owner = await rootOwner(identity, accessKeyId);
    if (owner.account !== operatorAccount) await updateAccessKey(identity, owner, accessKeyId, 'Inactive');
    else if (!(await disableUnlessLast(identity, owner, accessKeyId))) {
      throw administrationInvalid(
        `${accessKeyId} is the last active root key of the account that administers this site: make another before.`,
      );
    }
    return { accessKeyId, status: 'Inactive' };
  },
};

async function rootOwner(identity: Identity, accessKeyId: string): Promise<{ account: string }> {
  const [row] = await identity.store.get([accessKeys.key(accessKeyId)]);
  const found = row === undefined ? undefined : accessKeys.decode(row);
  if (found === undefined || found.userName !== undefined) {
    throw administrationInvalid(`${accessKeyId} is no root access key.`);
  }
  return { account: found.account };
}
