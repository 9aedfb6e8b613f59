import type { Principal } from './types.ts';

export function isOfAccount(caller: Principal, account: string): boolean {
  return 'account' in caller && caller.account === account;
}
