import { jsonTable } from './json-table.ts';
import type { PolicyHolderRow, TagRows } from './policy-holder.ts';
import { TABLES } from './table-numbers.ts';

/** An IAM user (global store), keyed by its lower-case name: AWS's names are unique without regard to case. */
export interface UserRow extends PolicyHolderRow {
  readonly userName: string;
  /** AIDA... : new for each creation. */
  readonly userId: string;
  readonly tags: TagRows;
  /** ARN of a managed policy. */
  readonly permissionsBoundary?: string;
  readonly groups: readonly string[];
  readonly accessKeyIds: readonly string[];
}

export const users = jsonTable<UserRow, readonly [account: string, lowerCaseName: string]>(TABLES.users);
