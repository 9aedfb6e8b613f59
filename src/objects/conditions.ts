/** Conditions on what a write replaces. Forms that AWS refuses with 501 are refused before (services/s3). */
export interface WriteConditions {
  /** An ETag, with or without quotes; `*` only where the operation takes it (DeleteObject). */
  readonly ifMatch?: string;
  readonly ifNoneMatch?: '*';
}
