import type { Region, Site } from '../buckets/region.ts';
import type { Check } from '../store/kv/key-value-store.ts';

/** One life of this process, as a writer of blobs (DESIGN decision 5). */
export interface Incarnation {
  readonly name: string;
  /** Holds while this incarnation lives in that region's store. */
  check(region: Region): Check;
}

/** Declares every earlier incarnation dead and this one living, in every region. Once for each process that owns the
 * data directory, before the first write. */
export async function registerIncarnation(site: Site, name: string): Promise<Incarnation> {
  throw new Error(`not built ${site.siteId} ${name}`);
}

/** The living incarnation, for the other threads of the process that registered it. */
export async function joinIncarnation(site: Site, name: string): Promise<Incarnation> {
  throw new Error(`not built ${site.siteId} ${name}`);
}
