import type { DeleteMarkerVersion, FacetsRow, ObjectVersion } from '../store/tables/rows.ts';

/** A version on its way: everything a replica keeps (DESIGN decision 9), and nothing about where its source stores
 * it. The same record goes to a local destination and over the wire between sites, beside the bytes. */
export interface ReplicaRecord {
  readonly key: string;
  readonly version: Omit<ObjectVersion, 'bytes' | 'replica'> | Omit<DeleteMarkerVersion, 'replica'>;
  readonly facets: FacetsRow;
  /** The owner at the destination, where it is not the source's. */
  readonly owner?: string;
  /** The class at the destination, where it is not the source's. */
  readonly storageClass?: string;
}

export interface FacetsRecord {
  readonly key: string;
  readonly version: Pick<ObjectVersion, 'versionId' | 'stamp'>;
  readonly facets: FacetsRow;
}
