import type { Region, Site } from '../buckets/region.ts';
import type { KeyValueStore } from '../store/kv/key-value-store.ts';
import type { BucketRow } from '../store/tables/bucket-row.ts';
import { buckets } from '../store/tables/buckets.ts';
import { counters } from '../store/tables/counters.ts';
import { bucketOfArn } from './configuration/arns.ts';
import { oldestPending } from './oldest-pending.ts';
import { type CounterDifference, verifyCounters } from './verify-counters.ts';

/** What `holdfast status` shows of buckets and their replication: drawn from counters and rows, never from memory. */
export interface StatusReport {
  readonly buckets: readonly BucketStatus[];
  /** Only where asked for: what a recount found wrong. */
  readonly counterDifferences?: readonly (CounterDifference & { readonly region: string })[];
}

export interface BucketStatus {
  readonly bucket: string;
  readonly region: string;
  readonly owner: string;
  readonly versions: number;
  readonly bytes: number;
  readonly rules: readonly RuleStatus[];
}

/** One rule towards one destination. A rule that is no longer configured shows while anything of it is left. */
export interface RuleStatus {
  readonly ruleId: string;
  readonly destination: string;
  readonly status: 'Enabled' | 'Disabled' | 'removed';
  /** A copy on this machine is no protection against losing this machine. */
  readonly sameMachine: boolean;
  readonly pendingCount: number;
  readonly pendingBytes: number;
  /** Of these, what batch jobs want delivered. */
  readonly pendingBatchCount: number;
  /** Milliseconds since the oldest pending write was accepted; absent while nothing is pending. */
  readonly oldestPendingAgeMs?: number;
  readonly replicatedCount: number;
  readonly replicatedBytes: number;
  /** Parked, by AWS's failure code. */
  readonly failed: Readonly<Record<string, number>>;
}

/** @throws StoreUnavailableError */
export async function statusReport(
  site: Site,
  options: { readonly bucket?: string; readonly verify?: boolean } = {},
): Promise<StatusReport> {
  const found: BucketStatus[] = [];
  const wrong: (CounterDifference & { region: string })[] = [];
  for (const region of site.regions.values()) {
    found.push(...(await regionStatus(site, region, options.bucket)));
    if (options.verify !== true) continue;
    for (const difference of await verifyCounters(region.store)) {
      wrong.push({ ...difference, region: region.name });
    }
  }
  return {
    buckets: found.toSorted((one, other) => (one.bucket < other.bucket ? -1 : 1)),
    ...(options.verify === true ? { counterDifferences: wrong } : {}),
  };
}

async function regionStatus(site: Site, region: Region, name: string | undefined): Promise<BucketStatus[]> {
  const { store } = region;
  const rows = (await store.range(buckets.range()))
    .map((row) => buckets.decode(row))
    .filter((row) => row.buried !== true);
  const wanted = name === undefined ? rows : rows.filter((row) => row.name === name);
  if (wanted.length === 0) return [];
  const sums = await readSums(store, wanted.length === 1 ? wanted[0]?.id : undefined);
  const statuses: BucketStatus[] = [];
  for (const row of wanted) {
    statuses.push({
      bucket: row.name,
      region: region.name,
      owner: row.owner,
      versions: sums.one('bucketVersions', row.id),
      bytes: sums.one('bucketBytes', row.id),
      rules: await ruleStatuses(site, region, row, sums),
    });
  }
  return statuses;
}

async function ruleStatuses(site: Site, region: Region, row: BucketRow, sums: Sums): Promise<RuleStatus[]> {
  const oldest = await oldestPending(region.store, row.id, sums.destinationsWithPending(row.id));
  return targets(row, sums).map(({ ruleId, destination, status }) => {
    const labels = [row.id, ruleId, destination] as const;
    const since = oldest.get(`${destination} ${ruleId}`);
    return {
      ruleId,
      destination,
      status,
      sameMachine: true,
      pendingCount: sums.all('pendingCount', ...labels),
      pendingBytes: sums.all('pendingBytes', ...labels),
      pendingBatchCount: sums.all('pendingCount', ...labels, 'batch'),
      ...(since === undefined ? {} : { oldestPendingAgeMs: Math.max(0, site.clock.now() - since) }),
      replicatedCount: sums.all('replicatedCount', ...labels),
      replicatedBytes: sums.all('replicatedBytes', ...labels),
      failed: sums.byLast('failedCount', ...labels),
    };
  });
}

interface Target {
  readonly ruleId: string;
  readonly destination: string;
  readonly status: RuleStatus['status'];
}

/** Those configured, then those of which something is left. */
function targets(row: BucketRow, sums: Sums): Target[] {
  const configured = (row.replication?.rules ?? []).map(
    (rule): Target => ({
      ruleId: rule.id,
      destination: bucketOfArn(rule.destination.bucket) ?? rule.destination.bucket,
      status: rule.status,
    }),
  );
  const known = new Set(configured.map(({ ruleId, destination }) => `${destination} ${ruleId}`));
  const left = sums
    .targetsOf(row.id)
    .filter(({ ruleId, destination }) => !known.has(`${destination} ${ruleId}`))
    .map((target): Target => ({ ...target, status: 'removed' }));
  return [...configured, ...left];
}

const NAMES = [
  'bucketVersions',
  'bucketBytes',
  'pendingCount',
  'pendingBytes',
  'replicatedCount',
  'replicatedBytes',
  'failedCount',
] as const;
type Name = (typeof NAMES)[number];

/** Of one bucket, or of all at once: a read for each name either way. */
async function readSums(store: KeyValueStore, bucketId: string | undefined): Promise<Sums> {
  const entries: CounterEntry[] = [];
  for (const name of NAMES) {
    const range = bucketId === undefined ? counters.range(name) : counters.range(name, bucketId);
    for (const { key, value } of await store.counterRange(range)) {
      if (value !== 0) entries.push({ name, labels: counters.labelsOf(key).labels.map(String), value });
    }
  }
  return new Sums(entries);
}

interface CounterEntry {
  readonly name: Name;
  readonly labels: readonly string[];
  readonly value: number;
}

class Sums {
  readonly #byBucket = new Map<string, CounterEntry[]>();

  constructor(entries: readonly CounterEntry[]) {
    for (const entry of entries) {
      const bucketId = entry.labels[0] ?? '';
      const known = this.#byBucket.get(bucketId);
      if (known === undefined) this.#byBucket.set(bucketId, [entry]);
      else known.push(entry);
    }
  }

  one(name: Name, bucketId: string): number {
    return this.all(name, bucketId);
  }

  /** The sum of all counters whose labels begin with these. */
  all(name: Name, ...labels: readonly string[]): number {
    return this.#matching(name, labels).reduce((sum, { value }) => sum + value, 0);
  }

  byLast(name: Name, ...labels: readonly string[]): Record<string, number> {
    return Object.fromEntries(
      this.#matching(name, labels).map((entry) => [entry.labels.at(-1) ?? '', entry.value]),
    );
  }

  /** Every rule and destination of the bucket for which something is pending or failed. */
  targetsOf(bucketId: string): { ruleId: string; destination: string }[] {
    const found = new Map<string, { ruleId: string; destination: string }>();
    for (const name of ['pendingCount', 'failedCount'] as const) {
      for (const { labels } of this.#matching(name, [bucketId])) {
        const [, ruleId = '', destination = ''] = labels;
        found.set(`${destination} ${ruleId}`, { ruleId, destination });
      }
    }
    return [...found.values()];
  }

  destinationsWithPending(bucketId: string): Set<string> {
    return new Set(this.#matching('pendingCount', [bucketId]).map(({ labels }) => labels[2] ?? ''));
  }

  #matching(name: Name, labels: readonly string[]): CounterEntry[] {
    return (this.#byBucket.get(labels[0] ?? '') ?? []).filter(
      (entry) => entry.name === name && labels.every((label, index) => entry.labels[index] === label),
    );
  }
}
