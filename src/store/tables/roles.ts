import { jsonTable } from './json-table.ts';
import type { PolicyHolderRow, TagRows } from './policy-holder.ts';
import { TABLES } from './table-numbers.ts';

/** An IAM role (global store). */
export interface RoleRow extends PolicyHolderRow {
  readonly roleName: string;
  /** AROA... : new for each creation; sessions of an earlier role of this name end with it. */
  readonly roleId: string;
  /** As it was sent. */
  readonly trustPolicy: string;
  /** Unique ids of the users and roles that it names, by ARN, as they were when it was put. */
  readonly trustedIds: Readonly<Record<string, string>>;
  readonly description?: string;
  readonly maxSessionSeconds: number;
  readonly tags: TagRows;
  /** ARN of a managed policy. */
  readonly permissionsBoundary?: string;
}

export const roles = jsonTable<RoleRow, readonly [account: string, lowerCaseName: string]>(TABLES.roles);
