import { statfs } from 'node:fs/promises';
import type { Site } from '../buckets/region.ts';
import { ReplicationRates } from '../replication/replication-rate.ts';
import { type RuleStatus, statusReport } from '../replication/status-report.ts';
import type { JobStatus } from '../store/tables/job-rows.ts';
import { VERSION } from '../version.ts';
import type { RunningThread } from './worker-thread.ts';

/** What GetStatus answers. */
export interface ProcessStatus {
  readonly version: string;
  readonly uptimeMs: number;
  readonly regions: readonly {
    readonly region: string;
    readonly directory: string;
    readonly diskBytes: number;
    readonly diskFreeBytes: number;
    /** Why it takes no writes; absent while it does. */
    readonly unwritable?: string;
  }[];
  /** Destinations that cannot be reached now: their intents wait, untouched. */
  readonly unavailable: readonly { readonly destination: string; readonly reason: string }[];
  /** How many batch jobs that have not ended are in each state. */
  readonly jobs: Readonly<Partial<Record<JobStatus, number>>>;
  readonly buckets: readonly (Omit<Awaited<ReturnType<typeof statusReport>>['buckets'][number], 'rules'> & {
    readonly rules: readonly (RuleStatus & { readonly objectsPerSecond?: number })[];
  })[];
  readonly counterDifferences?: Awaited<ReturnType<typeof statusReport>>['counterDifferences'];
}

export class ProcessStatusReader {
  readonly #site: Site;
  readonly #directories: ReadonlyMap<string, string>;
  readonly #rates: ReplicationRates;
  readonly #startedAtMs: number;

  constructor(site: Site, directories: ReadonlyMap<string, string>) {
    this.#site = site;
    this.#directories = directories;
    this.#rates = new ReplicationRates(site.clock);
    this.#startedAtMs = site.clock.now();
  }

  async read(
    threads: ReadonlyMap<string, RunningThread>,
    options: { readonly bucket?: string; readonly verify: boolean },
  ): Promise<ProcessStatus> {
    const report = await statusReport(this.#site, options);
    const rates = this.#rates.note(report);
    return {
      version: VERSION,
      uptimeMs: this.uptimeMs(),
      regions: await this.disks(),
      unavailable: await unavailableDestinations(threads),
      jobs: await jobsByStatus(threads),
      ...report,
      buckets: report.buckets.map((bucket) => ({
        ...bucket,
        rules: bucket.rules.map((rule) => {
          const objectsPerSecond = rates.get(`${bucket.bucket} ${rule.ruleId} ${rule.destination}`);
          return { ...rule, ...(objectsPerSecond !== undefined && { objectsPerSecond }) };
        }),
      })),
    };
  }

  uptimeMs(): number {
    return this.#site.clock.now() - this.#startedAtMs;
  }

  async disks(): Promise<ProcessStatus['regions']> {
    return await Promise.all(
      [...this.#site.regions.values()].map(async ({ name, store }) => {
        const directory = this.#directories.get(name) ?? '';
        const { blocks, bavail, bsize } = await statfs(directory);
        const state = await store.writable();
        return {
          region: name,
          directory,
          diskBytes: blocks * bsize,
          diskFreeBytes: bavail * bsize,
          ...(!state.ok && { unwritable: state.reason }),
        };
      }),
    );
  }
}

async function jobsByStatus(threads: ReadonlyMap<string, RunningThread>): Promise<ProcessStatus['jobs']> {
  const sums: Partial<Record<JobStatus, number>> = {};
  for (const [name, thread] of threads) {
    if (!name.startsWith('replication')) continue;
    const counts = (await thread.ask('jobs')) as [status: JobStatus, count: number][];
    for (const [status, count] of counts) sums[status] = (sums[status] ?? 0) + count;
  }
  return sums;
}

async function unavailableDestinations(
  threads: ReadonlyMap<string, RunningThread>,
): Promise<ProcessStatus['unavailable']> {
  const found = new Map<string, string>();
  for (const [name, thread] of threads) {
    if (!name.startsWith('replication')) continue;
    const lanes = (await thread.ask('destinations')) as { destination: string; unavailable?: string }[];
    for (const { destination, unavailable } of lanes)
      if (unavailable !== undefined) found.set(destination, unavailable);
  }
  return [...found].map(([destination, reason]) => ({ destination, reason }));
}
