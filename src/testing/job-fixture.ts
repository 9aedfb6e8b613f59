import { createJob } from '../batch/create-job.ts';
import { type DescribedJob, describeJob } from '../batch/describe-job.ts';
import { type ReportRow, readReportRows } from '../batch/report/read-rows.ts';
import type { JobSpecification } from '../batch/specification.ts';
import { updateJobPriority } from '../batch/update-job-priority.ts';
import { updateJobStatus } from '../batch/update-job-status.ts';
import { verifyCounters } from '../replication/verify-counters.ts';
import { batchIntents } from '../store/tables/intents.ts';
import type { JobStatus } from '../store/tables/job-rows.ts';
import { jobAnswers } from '../store/tables/jobs.ts';
import { jobRow, makeBatchRole } from './batch-fixture.ts';
import { type MemorySiteOptions, openMemorySite, SiteDisks } from './memory-site.ts';
import { ACCOUNT, ReplicationFixture, rolePolicy, ruleTo } from './replication-fixture.ts';
import { SeededRandom } from './seeded-random.ts';
import { SimulatedClock } from './simulated-clock.ts';
import { MortalClock } from './simulation/mortal-clock.ts';

type Options = Partial<Omit<MemorySiteOptions, 'clock' | 'disks' | 'random'>>;

/** A site whose batch jobs run, on a simulated clock; its process dies and is started again. With the buckets
 * `source`, `destination` and `reports`, both roles, and no rule. */
export class JobFixture extends ReplicationFixture {
  readonly clock = new SimulatedClock();
  readonly random = new SeededRandom(1);
  readonly disks = new SiteDisks();
  #life: MortalClock;
  #tokens = 0;

  private constructor() {
    // Replaced by `start` before anyone sees it.
    super(Object.create(null));
    this.#life = new MortalClock(this.clock);
  }

  static async open(options: Options = {}): Promise<JobFixture> {
    const fixture = new JobFixture();
    await fixture.openSite(options);
    await fixture.accounts();
    await fixture.bucket('source');
    await fixture.bucket('destination');
    await fixture.bucket('reports');
    await fixture.role(rolePolicy('source', ['destination']));
    await makeBatchRole(fixture.site);
    return fixture;
  }

  /** Running, with so many objects that are older than the rule. */
  static async withObjects(objects: number, options: Options = {}): Promise<JobFixture> {
    const fixture = await JobFixture.open(options);
    for (let index = 0; index < objects; index += 1) await fixture.put('source', `key ${index}`);
    await fixture.replicate('source', ruleTo('destination'));
    fixture.run();
    return fixture;
  }

  /** A process over the disks as they are; nothing runs in it yet. */
  async openSite(options: Options = {}): Promise<void> {
    this.#life = new MortalClock(this.clock);
    const { disks, random } = this;
    this.site = await openMemorySite({ ...options, disks, clock: this.#life, random });
  }

  run(): void {
    for (const part of [...this.site.workers, ...this.site.runners]) part.start();
  }

  async stop(): Promise<void> {
    const { runners, workers } = this.site;
    await this.clock.run(Promise.all(runners.map((runner) => runner.stop())));
    await this.clock.run(Promise.all(workers.map((worker) => worker.stop())));
  }

  crash(): void {
    this.#life.die();
    this.site.crash();
  }

  get died(): Promise<void> {
    return this.#life.died;
  }

  get alive(): boolean {
    return this.#life.alive;
  }

  get store() {
    const region = this.site.site.regions.get('us-east-1');
    if (region === undefined) throw new Error('the site has no such region');
    return region.store;
  }

  get jobs() {
    return { store: this.store, clock: this.clock, account: ACCOUNT };
  }

  /** With a report of all tasks, over all eligible versions of `source`. */
  async create(more: Partial<JobSpecification> = {}): Promise<string> {
    const { operation, source, roleArn, priority, tags } = jobRow();
    const report = { enabled: true, bucket: 'arn:aws:s3:::reports', scope: 'AllTasks' } as const;
    const clientRequestToken = `token ${this.#tokens++}`;
    const asked = { operation, source, roleArn, priority, tags, report, confirmationRequired: false };
    return await createJob({ ...this.jobs, random: this.random }, { ...asked, clientRequestToken, ...more });
  }

  async confirm(jobId: string): Promise<void> {
    await updateJobStatus(this.jobs, { jobId, requested: 'Ready' });
  }

  async cancel(jobId: string): Promise<JobStatus> {
    return (await updateJobStatus(this.jobs, { jobId, requested: 'Cancelled' })).status;
  }

  async prioritise(jobId: string, priority: number): Promise<void> {
    await updateJobPriority(this.jobs, { jobId, priority });
  }

  async describe(jobId: string): Promise<DescribedJob> {
    const described = await describeJob(this.store, jobId);
    if (described === undefined) throw new Error(`no job ${jobId}`);
    return described;
  }

  async jobStatus(jobId: string): Promise<JobStatus> {
    return (await this.describe(jobId)).job.status;
  }

  /** Every state that the job entered, one after the other. */
  async states(jobId: string): Promise<string> {
    return (await this.describe(jobId)).states.map(({ status }) => status).join(' ');
  }

  /** Lets time pass until the job is in one of these states. */
  async until(jobId: string, ...statuses: readonly JobStatus[]): Promise<DescribedJob> {
    const endMs = this.clock.steadyMs + 3_600_000;
    for (;;) {
      const described = await this.describe(jobId);
      if (statuses.includes(described.job.status)) return described;
      if (this.clock.steadyMs > endMs || !(await this.clock.step()))
        throw new Error(`the job is ${described.job.status}, after ${await this.states(jobId)}`);
    }
  }

  /** Rows of all files of the job's report, by key. */
  reportRows(jobId: string): Promise<ReportRow[]> {
    return reportRowsOf(this, 'reports', jobId);
  }

  /** What the job comes to, when nothing runs any more.
   * @throws Error where anything of it is left behind */
  async end(jobId: string) {
    const { job, progress, states } = await this.until(jobId, 'Complete', 'Cancelled', 'Failed');
    await this.stop();
    const left = await this.leftovers();
    if (left.length > 0) throw new Error(`left behind: ${JSON.stringify(left)}`);
    return {
      path: states.map(({ status }) => status).join(' '),
      counts: `${progress.succeeded}+${progress.failed} of ${job.tasks?.total ?? '-'}`,
      codes: job.failureReasons.map(({ code }) => code),
      rows: (await this.reportRows(jobId)).map(({ key, code }) => `${key} ${code}`.trim()),
    };
  }

  /** What must hold when nothing runs: counters equal rows, and nothing of any job is left behind. */
  async leftovers(): Promise<unknown[]> {
    const answers = await this.store.range(jobAnswers.range());
    const intents = await this.store.range(batchIntents.range());
    const counters = await Promise.all(
      [...this.site.site.regions.values()].map(({ store }) => verifyCounters(store)),
    );
    return [
      ...answers.map((row) => jobAnswers.nameOf(row)),
      ...intents.map((row) => batchIntents.decode(row)),
      ...counters.flat(),
    ];
  }
}

/** Rows of all files of a job's report, by key. */
export async function reportRowsOf(
  s3: ReplicationFixture,
  bucket: string,
  jobId: string,
): Promise<ReportRow[]> {
  const rows: ReportRow[] = [];
  // Written twice, a file has two versions.
  const keys = new Set((await s3.versions(bucket)).map(({ key }) => key));
  for (const key of keys) {
    if (!key.startsWith(`job-${jobId}/results/`)) continue;
    const { text = '' } = (await s3.read(bucket, key)) ?? {};
    for await (const row of readReportRows(oneChunk(text), key)) rows.push(row);
  }
  return rows.toSorted((one, other) => (one.key < other.key ? -1 : 1));
}

async function* oneChunk(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}
