import { prepareReplication } from '../batch/replicate/prepare-chunk.ts';
import { resultOfAnswers } from '../batch/replicate/result-of-code.ts';
import { sourceBucketName } from '../batch/task-bucket.ts';
import { withdrawDeliveries } from '../replication/batch/withdraw-deliveries.ts';
import { verifyCounters } from '../replication/verify-counters.ts';
import { ABSENT } from '../store/kv/key-value-store.ts';
import { batchIntents, parkedIntents } from '../store/tables/intents.ts';
import type { JobAnswerRow, JobChunkRow, JobRow, JobTask, TaskResult } from '../store/tables/job-rows.ts';
import { jobAnswers, jobChunks } from '../store/tables/jobs.ts';
import type { IntentRow } from '../store/tables/rows.ts';
import { batchContextOf, jobRow, makeBatchRole } from './batch-fixture.ts';
import { type MemorySite, type MemorySiteOptions, openMemorySite } from './memory-site.ts';
import { ReplicationFixture, rolePolicy } from './replication-fixture.ts';
import { SeededRandom } from './seeded-random.ts';
import { SimulatedClock } from './simulated-clock.ts';

/** A site with the buckets `source`, `destination` and `second` (in another region), both roles, and no rule yet; and
 * what a job's runner does with one chunk, without the runner. */
export class DeliveryFixture extends ReplicationFixture {
  readonly clock: SimulatedClock;
  #chunks = 0;

  private constructor(site: MemorySite, clock: SimulatedClock) {
    super(site);
    this.clock = clock;
  }

  static open(
    options: Partial<MemorySiteOptions> & { readonly clock?: SimulatedClock } = {},
  ): Promise<DeliveryFixture> {
    const clock = options.clock ?? new SimulatedClock();
    return clock.run(DeliveryFixture.#open(clock, options));
  }

  static async #open(clock: SimulatedClock, options: Partial<MemorySiteOptions>): Promise<DeliveryFixture> {
    const site = await openMemorySite({ random: new SeededRandom(1), ...options, clock });
    const fixture = new DeliveryFixture(site, clock);
    await fixture.accounts();
    await fixture.bucket('source');
    await fixture.bucket('destination');
    await fixture.bucket('second', { region: 'ap-south-1' });
    await fixture.role(rolePolicy('source', ['destination', 'second']));
    await makeBatchRole(site);
    return fixture;
  }

  get region() {
    const region = this.site.site.regions.get('us-east-1');
    if (region === undefined) throw new Error('the site has no such region');
    return region;
  }

  startWorkers(): void {
    for (const worker of this.site.workers) worker.start();
  }

  async stopWorkers(): Promise<void> {
    for (const worker of this.site.workers) await worker.stop();
  }

  /** Started anew, with these regions alone. */
  async restart(regionNames: readonly string[]): Promise<void> {
    const served = [...this.site.disks.regions].filter(([name]) => regionNames.includes(name));
    await this.reopen(this.clock, new Map(served), 2);
    this.startWorkers();
  }

  /** Starts a chunk with these tasks in one commit.
   * @returns its number; undefined when something changed meanwhile */
  async tryStart(tasks: readonly JobTask[], job: JobRow = jobRow()): Promise<number | undefined> {
    const number = this.#chunks++;
    const { store } = this.region;
    const context = batchContextOf(this.site);
    const prepared = await prepareReplication(context, this.region, job, { number, tasks });
    const { results, waitsFor } = prepared;
    const row: JobChunkRow = { state: 'started', tasks, results, waitsFor };
    const result = await store.commit({
      checks: [jobChunks.check(ABSENT, job.jobId, number), ...prepared.checks],
      writes: [jobChunks.put(row, job.jobId, number), ...prepared.writes],
    });
    if (result.outcome !== 'unknown') return result.outcome === 'committed' ? number : undefined;
    const [stored] = await store.get([jobChunks.key(job.jobId, number)]);
    return stored === undefined ? undefined : number;
  }

  async start(tasks: readonly JobTask[], job: JobRow = jobRow()): Promise<number> {
    const number = await this.tryStart(tasks, job);
    if (number === undefined) throw new Error('the chunk did not start');
    return number;
  }

  async chunk(number: number, job: JobRow = jobRow()) {
    const [stored] = await this.region.store.get([jobChunks.key(job.jobId, number)]);
    const row = stored && jobChunks.decode(stored);
    if (row?.state !== 'started') throw new Error('no such chunk');
    return row;
  }

  /** By task and destination: `0 destination`. */
  async answers(number: number, job: JobRow = jobRow()): Promise<Map<string, JobAnswerRow>> {
    const rows = await this.region.store.range(jobAnswers.range(job.jobId, number));
    return new Map(
      rows.map((row) => {
        const { task, destination } = jobAnswers.nameOf(row);
        return [`${task} ${destination}`, jobAnswers.decode(row)];
      }),
    );
  }

  /** What each task came to; `waiting` while an answer is missing. */
  async results(number: number, job: JobRow = jobRow()): Promise<(TaskResult | null | 'waiting')[]> {
    const { results, waitsFor } = await this.chunk(number, job);
    const answers = await this.answers(number, job);
    return results.map((result, task) => {
      const destinations = waitsFor[task] ?? [];
      if (destinations.length === 0) return result;
      const known = destinations.map((destination) => answers.get(`${task} ${destination}`));
      const found = known.filter((answer) => answer !== undefined);
      return found.length < known.length ? 'waiting' : resultOfAnswers(found);
    });
  }

  /** The same as one word each: `success`, a code, `waiting` or `withdrawn`. */
  async outcomes(number: number, job: JobRow = jobRow()): Promise<string[]> {
    return (await this.results(number, job)).map((result) => {
      if (result === 'waiting') return result;
      if (result === null) return 'withdrawn';
      return result.succeeded ? result.message : result.code;
    });
  }

  async withdraw(
    number: number,
    unavailable: (destination: string) => boolean = () => true,
    job: JobRow = jobRow(),
  ): Promise<number> {
    const { tasks, waitsFor } = await this.chunk(number, job);
    const sourceBucket = sourceBucketName(job);
    return await withdrawDeliveries(
      { region: this.region, buckets: this.site.buckets, nowMs: this.clock.now(), unavailable },
      { jobId: job.jobId, number, tasks, waitsFor, ...(sourceBucket === undefined ? {} : { sourceBucket }) },
    );
  }

  async batchPending(): Promise<IntentRow[]> {
    return (await this.region.store.range(batchIntents.range())).map((row) => batchIntents.decode(row));
  }

  async parked(): Promise<IntentRow[]> {
    return (await this.region.store.range(parkedIntents.range())).map((row) => parkedIntents.decode(row));
  }

  /** Invariant I7 in every region. */
  async counterDifferences(): Promise<unknown[]> {
    const stores = [...this.site.site.regions.values()].map(({ store }) => verifyCounters(store));
    return (await Promise.all(stores)).flat();
  }
}
