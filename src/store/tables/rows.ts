import type { ChecksumAlgorithm } from '../../lib/checksums/algorithms.ts';
import type { BlobId } from '../blobs/blob-store.ts';
import type { JobTaskName } from './job-rows.ts';
import type { OrderStamp } from './order-stamp.ts';

export type { ChecksumAlgorithm };

/** What is stored: versions and listings as lines of text, all else as JSON (the disk format is a contract: readers keep
 * fields they do not know). Keys hold bucket id, object key and stamp; rows do not repeat them unless they say so. */

export interface ChecksumValue {
  readonly algorithm: ChecksumAlgorithm;
  /** Base64, as on the wire; a composite one carries its `-N`. */
  readonly value: string;
  readonly type: 'FULL_OBJECT' | 'COMPOSITE';
}

/** How one body is sealed (DESIGN decision 13): its own AES-256 key, derived or wrapped by the master
 * key that `wrap` names (keys/keyring.ts). Replicas of a small object within the site share it, since they are the same
 * sealed bytes. */
export interface SealedKey {
  readonly wrap: string;
  /** Base64: what the key is derived or unwrapped from. */
  readonly wrapped: string;
}

/** One run of bytes of a version: a whole small object, or one uploaded part. */
export type Locator =
  | { readonly kind: 'inline'; readonly size: number; readonly key: SealedKey }
  | { readonly kind: 'file'; readonly size: number; readonly blob: BlobId; readonly key: SealedKey };

export interface PartLayout {
  readonly size: number;
  readonly etag: string;
  readonly checksum?: ChecksumValue;
}

export interface SystemMetadata {
  readonly contentType?: string;
  readonly cacheControl?: string;
  readonly contentDisposition?: string;
  readonly contentEncoding?: string;
  readonly contentLanguage?: string;
  readonly expires?: string;
  readonly websiteRedirectLocation?: string;
}

interface VersionBase {
  /** 32 characters; the wire shows `null` instead where `nullVersion`. */
  readonly versionId: string;
  readonly stamp: OrderStamp;
  readonly nullVersion: boolean;
  /** Account id. */
  readonly owner: string;
  /** Set on a version that arrived by replication: it answers REPLICA and never travels on by a live rule. */
  readonly replica: boolean;
}

export interface ObjectVersion extends VersionBase {
  readonly kind: 'object';
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly system: SystemMetadata;
  readonly storageClass: string;
  readonly checksum?: ChecksumValue;
  /** Present on multipart objects only, one entry for each part in order. */
  readonly parts?: readonly PartLayout[];
  readonly encryption: 'AES256';
  /** In order; a multipart object has one for each part. Empty for an empty object. */
  readonly bytes: readonly Locator[];
  /** The task of a batch job that copied it here, so that the task finds it when it is run again after a crash. */
  readonly copiedBy?: string;
}

export interface DeleteMarkerVersion extends VersionBase {
  readonly kind: 'delete-marker';
}

/** Immutable: written once when the version is made, removed when it is. */
export type VersionRow = ObjectVersion | DeleteMarkerVersion;

/** A version without what is said of each of its parts, which can be some MiB. */
export type VersionHead = Omit<ObjectVersion, 'bytes' | 'parts'> | DeleteMarkerVersion;

/** What can change on a version; each facet has the stamp of its own last change and merges by it. */
export interface FacetsRow {
  readonly tags?: { readonly stamp: OrderStamp; readonly value: readonly (readonly [string, string])[] };
}

/** Where one version stands towards one destination. Keyed by version and destination bucket name. */
export interface DeliveryRow {
  readonly status: 'PENDING' | 'COMPLETED' | 'FAILED';
  readonly ruleId: string;
  /** The stamp of the change that the status speaks of: the version's own, or of a later facet change. */
  readonly changeStamp: OrderStamp;
  readonly changedAtMs: number;
  /** AWS's failure code while FAILED. */
  readonly failureCode?: string;
  /** True once the version itself (not only a facet) has arrived. */
  readonly delivered: boolean;
}

/** The newest version of a key, and what a list shows of it. One for each key that has any version. */
export interface ListingRow {
  readonly stamp: OrderStamp;
  readonly versionId: string;
  readonly deleteMarker: boolean;
  readonly size: number;
  readonly etag: string;
  readonly storageClass: string;
  readonly checksum?: { readonly algorithm: ChecksumAlgorithm; readonly type: 'FULL_OBJECT' | 'COMPOSITE' };
}

/** The kinds of change that can be delivered. `facets` carries all facets of a version that already arrived. */
export type IntentKind = 'object' | 'delete-marker' | 'facets';
export type IntentClass = 'live' | 'batch';

/** This version, this destination, this kind of change still has to be delivered (DESIGN decision 6). */
export interface IntentRow {
  readonly sourceBucketId: string;
  readonly sourceBucket: string;
  readonly key: string;
  /** Which version. */
  readonly stamp: OrderStamp;
  readonly versionId: string;
  readonly kind: IntentKind;
  /** The change it was written for; a settlement removes the row only if nothing newer came. */
  readonly changeStamp: OrderStamp;
  readonly class: IntentClass;
  readonly size: number;
  /** The rule as it stood when the write was accepted: AWS delivers by it even when the rule changes later. */
  readonly rule: IntentRule;
  readonly createdAtMs: number;
  readonly attempts: number;
  /** 0: due at once. */
  readonly nextAttemptAtMs: number;
  readonly lastError?: string;
  /** Only in the table of parked intents. */
  readonly failureCode?: string;
  /** Tasks of batch jobs that wait for what becomes of it; whoever ends it answers each in the same commit. */
  readonly waiting?: readonly JobTaskName[];
  /** Of class batch: what the delivery said before the intent was made (null: there was none), for a withdrawal. */
  readonly deliveryBefore?: DeliveryRow | null;
}

export interface IntentRule {
  readonly ruleId: string;
  readonly role: string;
  /** Bucket name. */
  readonly destination: string;
  readonly account?: string;
  readonly storageClass?: string;
  readonly ownerOverride: boolean;
}

/** Bytes that no row names any more; the sweeper removes them and then this row. */
export interface GarbageRow {
  readonly blobs: readonly BlobId[];
  /** The sweeper waits a little for those who still read. */
  readonly removedAtMs: number;
}
