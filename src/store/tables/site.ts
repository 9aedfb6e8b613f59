import { jsonTable } from './json-table.ts';
import { TABLES } from './table-numbers.ts';

/** The site's own record: one row of the global store. */
export interface SiteRow {
  /** 8 hex digits: part of every order stamp made here. */
  readonly siteId: string;
  readonly createdAtMs: number;
  readonly defaultRegion: string;
  /** The first account: its principals administer this site (`holdfast:*`), subject to its policies. */
  readonly operatorAccount: string;
  /** Of the master key that this site was begun with; a start without that key is refused. */
  readonly masterKeyFingerprint: string;
}

export const site = jsonTable<SiteRow, readonly [name: 'site']>(TABLES.site);
