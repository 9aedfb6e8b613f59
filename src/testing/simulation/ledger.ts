import type { Tags } from '../../objects/put-object.ts';

/** What clients asked for and were told: the truth that the site is held against. */
export interface LedgerVersion {
  readonly key: string;
  readonly body: string;
  versionId: string;
  /** By id, at the source: done, or perhaps done. */
  deleted: 'no' | 'maybe' | 'yes';
  /** Destinations where a client removed it by id, after it had been seen there. */
  readonly hardDeletedAt: Set<string>;
  /** The last tags that were acknowledged; undefined once a change of unknown fate was asked for. */
  tags: Tags | undefined;
  tagChanges: number;
}

export class Ledger {
  /** Every body that was ever sent, with its key: bodies are unique. */
  readonly sent = new Map<string, string>();
  readonly acknowledged = new Map<string, LedgerVersion>();
  /** Markers made and acknowledged, by version id. */
  readonly markers = new Map<string, string>();
  /** Batch jobs that were acknowledged. */
  readonly jobs = new Set<string>();
  requests = 0;
  failures = 0;
}
