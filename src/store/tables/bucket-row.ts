/** The bucket record: one row, read by every request, checked by every commit that was planned under it. */
export interface BucketRow {
  /** New for each creation: a bucket made again inherits nothing. */
  readonly id: string;
  readonly name: string;
  readonly owner: string;
  readonly region: string;
  readonly createdAtMs: number;
  readonly versioning: 'unversioned' | 'Enabled' | 'Suspended';
  /** True from the moment when any replication configuration was put, or any replica arrived: until then no
   * request needs to look for delivery rows. */
  readonly replicationSeen: boolean;
  readonly policy?: string;
  /** The unique ids of the users and roles that the policy names, by ARN: one made again under an old name is another. */
  readonly policyPrincipalIds?: Readonly<Record<string, string>>;
  readonly replication?: ReplicationConfiguration;
  readonly tags?: readonly (readonly [string, string])[];
  readonly ownershipControls?: string;
  readonly publicAccessBlock?: PublicAccessBlock;
  /** The bucket is no more, and its id never comes back (buckets/buckets.ts). */
  readonly buried?: true;
}

export interface PublicAccessBlock {
  readonly blockPublicAcls: boolean;
  readonly ignorePublicAcls: boolean;
  readonly blockPublicPolicy: boolean;
  readonly restrictPublicBuckets: boolean;
}

/** AWS's document, normalised: schema version found, rule ids filled in, order kept, absent stays absent. */
export interface ReplicationConfiguration {
  readonly role: string;
  readonly schema: 'V1' | 'V2';
  readonly rules: readonly ReplicationRule[];
}

export interface ReplicationRule {
  readonly id: string;
  readonly status: 'Enabled' | 'Disabled';
  /** V2 only. */
  readonly priority?: number;
  readonly filter: ReplicationFilter;
  readonly deleteMarkerReplication?: 'Enabled' | 'Disabled';
  /** As it was sent: obeyed where `Disabled`, refused with NotImplemented until its effect is built. */
  readonly sourceSelectionCriteria?: {
    readonly sseKmsEncryptedObjects?: 'Enabled' | 'Disabled';
    readonly replicaModifications?: 'Enabled' | 'Disabled';
  };
  readonly destination: ReplicationDestination;
}

/** As sent, so that a read gives back exactly what was written. */
export type ReplicationFilter =
  | { readonly kind: 'v1-prefix'; readonly prefix: string }
  | { readonly kind: 'empty' }
  | { readonly kind: 'prefix'; readonly prefix: string }
  | { readonly kind: 'tag'; readonly tag: readonly [string, string] }
  | { readonly kind: 'and'; readonly prefix?: string; readonly tags: readonly (readonly [string, string])[] };

export interface ReplicationDestination {
  /** ARN as sent. */
  readonly bucket: string;
  readonly account?: string;
  readonly storageClass?: string;
  readonly ownerOverride: boolean;
  /** The rest is stored only where it has no effect (replication/configuration/not-built.ts). */
  readonly replicaKmsKeyId?: string;
  readonly replicationTime?: { readonly status: 'Enabled' | 'Disabled'; readonly minutes: number };
  readonly metrics?: { readonly status: 'Enabled' | 'Disabled'; readonly eventThresholdMinutes?: number };
}
