import { jsonTable } from './json-table.ts';
import type { TagRows } from './policy-holder.ts';
import { TABLES } from './table-numbers.ts';

/** A customer managed policy (global store). It counts who uses it, so that removing it while somebody attaches
 * it is a conflict. */
export interface ManagedPolicyRow {
  readonly policyName: string;
  /** ANPA... */
  readonly policyId: string;
  readonly path: string;
  readonly description?: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  /** As `v1`. */
  readonly defaultVersionId: string;
  /** Oldest first. */
  readonly versions: readonly PolicyVersionRow[];
  /** The number of the next version: numbers are not given twice. */
  readonly nextVersion: number;
  readonly tags: TagRows;
  readonly attachmentCount: number;
  readonly boundaryCount: number;
}

export interface PolicyVersionRow {
  readonly versionId: string;
  /** As it was sent. */
  readonly document: string;
  readonly createdAtMs: number;
}

export const managedPolicies = jsonTable<ManagedPolicyRow, readonly [account: string, lowerCaseName: string]>(
  TABLES.managedPolicies,
);
