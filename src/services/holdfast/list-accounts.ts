import { listAccounts as list } from '../../identity/accounts.ts';
import { type AdministrationOperation, refuseUnknown } from './operation.ts';
import { accountView } from './views.ts';

/** Oldest first. */
export const listAccounts: AdministrationOperation = {
  async handle(input, { identity }) {
    refuseUnknown(input);
    const accounts = await list(identity);
    return { accounts: accounts.toSorted((a, b) => a.createdAtMs - b.createdAtMs).map(accountView) };
  },
};
