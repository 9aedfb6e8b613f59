/** What users, groups and roles have in common. */
export interface PolicyHolderRow {
  readonly path: string;
  readonly createdAtMs: number;
  /** Documents by name, as they were sent. */
  readonly inlinePolicies: Readonly<Record<string, string>>;
  /** ARNs, in the order of their attaching. */
  readonly attachedPolicies: readonly string[];
}

export type TagRows = readonly (readonly [key: string, value: string])[];
