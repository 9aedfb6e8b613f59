import { createAccessKey } from '../../identity/access-keys.ts';
import { createAccount as create } from '../../identity/accounts.ts';
import { type AdministrationOperation, refuseUnknown, requireText } from './operation.ts';
import { accountView } from './views.ts';

/** Makes an account and its first root access key, whose secret is shown here and never again. */
export const createAccount: AdministrationOperation = {
  async handle(input, { identity }) {
    refuseUnknown(input, 'name');
    const account = await create(identity, { name: requireText(input, 'name') });
    const { accessKeyId, secretAccessKey } = await createAccessKey(identity, { account: account.id });
    return { account: accountView(account), accessKey: { accessKeyId, secretAccessKey } };
  },
};
