import { jsonTable } from './json-table.ts';
import type { PolicyHolderRow } from './policy-holder.ts';
import { TABLES } from './table-numbers.ts';

/** An IAM group (global store). Users name their groups; a group counts its users, so that removing it while
 * somebody joins is a conflict. */
export interface GroupRow extends PolicyHolderRow {
  readonly groupName: string;
  /** AGPA... */
  readonly groupId: string;
  readonly userCount: number;
}

export const groups = jsonTable<GroupRow, readonly [account: string, lowerCaseName: string]>(TABLES.groups);
