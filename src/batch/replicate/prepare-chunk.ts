import type { Bucket } from '../../buckets/bucket.ts';
import type { Region } from '../../buckets/region.ts';
import { type DeliveryStart, startDeliveries } from '../../replication/batch/start-deliveries.ts';
import { tagsOf } from '../../replication/configuration/filter.ts';
import { type FailureCode, ReplicationFailure } from '../../replication/failure-codes.ts';
import type { RoleSession } from '../../replication/role/role-access.ts';
import type { Check, Write } from '../../store/kv/key-value-store.ts';
import { buckets } from '../../store/tables/buckets.ts';
import type { JobRow, JobTask, TaskResult } from '../../store/tables/job-rows.ts';
import type { BatchContext } from '../context.ts';
import { jobRole } from '../job-role.ts';
import { DELIVERIES_STARTED_MAX } from '../limits.ts';
import { taskBucketName } from '../task-bucket.ts';
import { findVersions } from './find-versions.ts';
import { plannedDeliveries } from './planned-deliveries.ts';
import { resultOfCode } from './result-of-code.ts';

export interface ChunkToPrepare {
  readonly number: number;
  readonly tasks: readonly JobTask[];
}

/** What starting a chunk takes: what is decided at once, and a commit that makes the rest pending. */
export interface PreparedChunk {
  /** In the order of the tasks; null where deliveries will answer. */
  readonly results: readonly (TaskResult | null)[];
  /** Destinations of each task, the highest rule priority first; empty where it has a result. */
  readonly waitsFor: readonly (readonly string[])[];
  readonly checks: readonly Check[];
  readonly writes: readonly Write[];
  /** Set where all of them would be too much for one commit: so many tasks, from the first, are not. There is nothing to
   * commit then. */
  readonly fits?: number;
}

/** S3ReplicateObject for a chunk of tasks, by configuration, rules, tags and permissions of this moment (reference:
 * s3-batch-replication 8). The caller adds the chunk's own row and commits; after a conflict it calls again.
 * @throws StoreUnavailableError */
export async function prepareReplication(
  context: BatchContext,
  region: Region,
  job: JobRow,
  chunk: ChunkToPrepare,
): Promise<PreparedChunk> {
  const prepared = new Preparation(job, chunk);
  const session = await sessionOf(context, job);
  if (session instanceof ReplicationFailure) {
    prepared.decideAll(prepared.undecided, session.code, session.message);
    return prepared;
  }
  const starts: [bucket: Bucket, ofBucket: readonly DeliveryStart[]][] = [];
  for (const [name, indexes] of prepared.byBucket()) {
    const bucket = await context.objects.buckets.find(name);
    const refusal = refusalOf(bucket, region);
    if (bucket === undefined || refusal !== undefined) {
      prepared.decideAll(indexes, refusal ?? 'SrcBucketNotFound', name);
      continue;
    }
    const allowed = await prepared.allowed(session, bucket, indexes);
    starts.push([bucket, await prepared.starts(bucket, allowed)]);
  }
  const fits = tasksThatFit(prepared.waitsFor);
  if (fits < chunk.tasks.length)
    return { results: prepared.results, waitsFor: prepared.waitsFor, checks: [], writes: [], fits };
  for (const [bucket, ofBucket] of starts) {
    const started = await startDeliveries(bucket, ofBucket, context.objects.site.clock.now());
    if (ofBucket.length > 0) prepared.add(bucket, started);
  }
  return prepared;
}

/** At least one: its deliveries are as many as its bucket has destinations. */
function tasksThatFit(waitsFor: PreparedChunk['waitsFor']): number {
  let count = 0;
  const over = waitsFor.findIndex(({ length }) => {
    count += length;
    return count > DELIVERIES_STARTED_MAX;
  });
  return over === -1 ? waitsFor.length : Math.max(1, over);
}

async function sessionOf(context: BatchContext, job: JobRow): Promise<RoleSession | ReplicationFailure> {
  try {
    return await jobRole(context, job);
  } catch (error) {
    if (error instanceof ReplicationFailure) return error;
    throw error;
  }
}

/** A manifest may name several buckets; each must lie in the job's Region. */
function refusalOf(bucket: Bucket | undefined, region: Region): FailureCode | undefined {
  if (bucket === undefined) return 'SrcBucketNotFound';
  return bucket.region.name === region.name ? undefined : 'SrcBucketInvalidRegion';
}

/** Decides tasks one after the other; those left in the end wait for deliveries. */
class Preparation implements PreparedChunk {
  readonly results: (TaskResult | null)[];
  readonly waitsFor: (readonly string[])[];
  readonly checks: Check[] = [];
  readonly writes: Write[] = [];
  readonly #job: JobRow;
  readonly #chunk: ChunkToPrepare;

  constructor(job: JobRow, chunk: ChunkToPrepare) {
    this.#job = job;
    this.#chunk = chunk;
    // So AWS reports a line whose cell is empty where others have an id (reference 4.2).
    this.results = chunk.tasks.map(({ versionId }) =>
      versionId === '' ? resultOfCode('InvalidRequest') : null,
    );
    this.waitsFor = chunk.tasks.map(() => []);
  }

  /** Indexes of tasks without a result. */
  get undecided(): number[] {
    return [...this.results.keys()].filter((index) => this.results[index] === null);
  }

  decideAll(indexes: readonly number[], code: FailureCode, detail?: string): void {
    for (const index of indexes) this.results[index] = resultOfCode(code, detail);
  }

  byBucket(): ReadonlyMap<string, readonly number[]> {
    return Map.groupBy(this.undecided, (index) => taskBucketName(this.#job, this.#task(index)));
  }

  /** Those whose replication the job's role may start. */
  async allowed(session: RoleSession, bucket: Bucket, indexes: readonly number[]): Promise<number[]> {
    const { name, replication } = bucket.row;
    const allowed: number[] = [];
    for (const index of indexes) {
      const { key } = this.#task(index);
      const may = session.may('s3:InitiateReplication', bucket, key);
      if (typeof may === 'boolean' ? may : await may) allowed.push(index);
      else {
        const reason = `${this.#job.roleArn} may not s3:InitiateReplication in ${name}`;
        this.decideAll([index], 'InitiateReplicationNotPermitted', reason);
      }
    }
    if (replication !== undefined) return allowed;
    this.decideAll(allowed, 'SrcBucketReplicationConfigMissing', name);
    return [];
  }

  async starts(bucket: Bucket, indexes: readonly number[]): Promise<DeliveryStart[]> {
    const { replication } = bucket.row;
    if (replication === undefined) return [];
    const found = await findVersions(
      bucket,
      indexes.map((index) => this.#task(index)),
      replication.rules.some(({ filter }) => tagsOf(filter).length > 0),
    );
    const starts: DeliveryStart[] = [];
    for (const [at, index] of indexes.entries()) {
      const version = found[at] ?? 'SrcVersionNotFound';
      if (typeof version === 'string') {
        this.decideAll([index], version);
        continue;
      }
      const { key } = this.#task(index);
      const planned = plannedDeliveries(replication, key, version);
      if (planned.length === 0) {
        this.decideAll([index], 'SrcObjectNotEligible');
        continue;
      }
      this.waitsFor[index] = planned.map(({ rule }) => rule.destination);
      const task = { jobId: this.#job.jobId, chunk: this.#chunk.number, task: index };
      starts.push({ task, key, row: version.row, rowVersion: version.rowVersion, planned });
    }
    return starts;
  }

  /** The plan was made under this record of the bucket: a change of its rules makes the commit a conflict. */
  add(
    bucket: Bucket,
    started: { readonly checks: readonly Check[]; readonly writes: readonly Write[] },
  ): void {
    this.checks.push(buckets.check(bucket.version, bucket.row.name), ...started.checks);
    this.writes.push(...started.writes);
  }

  #task(index: number): JobTask {
    return this.#chunk.tasks[index] ?? { key: '' };
  }
}
