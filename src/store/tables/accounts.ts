import { jsonTable } from './json-table.ts';
import { TABLES } from './table-numbers.ts';

/** An account and its root's access keys (global store). */
export interface AccountRow {
  /** 12 digits. */
  readonly id: string;
  readonly name: string;
  readonly createdAtMs: number;
  readonly accessKeyIds: readonly string[];
}

export const accounts = jsonTable<AccountRow, readonly [account: string]>(TABLES.accounts);
