import { jsonTable } from './json-table.ts';
import { TABLES } from './table-numbers.ts';

/** A long-term access key (global store). Sessions have no row: their token says everything. */
export interface AccessKeyRow {
  readonly account: string;
  /** Absent for a key of the account's root. */
  readonly userName?: string;
  readonly status: 'Active' | 'Inactive';
  /** Sealed by the keyring for the purpose `access key ID`. */
  readonly sealedSecret: string;
  readonly createdAtMs: number;
}

export const accessKeys = jsonTable<AccessKeyRow, readonly [accessKeyId: string]>(TABLES.accessKeys);
