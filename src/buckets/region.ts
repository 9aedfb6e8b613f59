import type { Clock } from '../lib/clock.ts';
import type { Random } from '../lib/random.ts';
import type { BlobStore } from '../store/blobs/blob-store.ts';
import type { KeyValueStore } from '../store/kv/key-value-store.ts';

/** One region of this site: its own metadata store and its own disk, so that losing one leaves the others. */
export interface Region {
  readonly name: string;
  readonly store: KeyValueStore;
  readonly blobs: BlobStore;
}

/** What every domain function may lean on. */
export interface Site {
  /** 8 hex digits; part of every order stamp made here. */
  readonly siteId: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Bucket names, accounts, identities: what AWS keeps once for all regions. */
  readonly global: KeyValueStore;
  readonly regions: ReadonlyMap<string, Region>;
  readonly defaultRegion: string;
}
