import { GetObjectCommand, HeadObjectCommand, NoSuchKey } from '@aws-sdk/client-s3';
import type { JobDescriptor } from '@aws-sdk/client-s3-control';
import { type CheckedReport, checkReport } from '../../../src/batch/report/check-report.ts';
import { forEachAtOnce, type Place, type PresentVersion, versionPages } from '../list-versions.ts';
import { type BatchWorld, type Pair, REPORTS } from './world.ts';

export interface VerifiedJob extends CheckedReport {
  /** Of the job's source. */
  readonly versions: number;
  readonly replicas: number;
}

/** Of so many versions, spread over the bucket, the status is asked for. */
const STATUSES_ASKED_MAX = 500;
const DIFFERENCES_MAX = 20;

/** Holds the report of an ended job against its totals and against both buckets: every task is reported once, what is
 * reported as done is at the destination under the same version id, and nothing else is there.
 * @param already what was at the destination before the job. */
export async function verifyJob(
  world: BatchWorld,
  pair: Pair,
  job: JobDescriptor,
  already: ReadonlySet<string> = new Set(),
): Promise<VerifiedJob & { readonly done: ReadonlySet<string> }> {
  const done = new Set(already);
  const checked = await checkReportOf(world, pair, job, done).catch((error: unknown) => {
    if (!(error instanceof NoSuchKey)) throw error;
    const problems = [`the report of ${pair.source} is not there`];
    return { succeeded: 0, failed: 0, repeated: 0, problems };
  });
  const problems = [...checked.problems];
  const note = (problem: string) => {
    if (problems.length < DIFFERENCES_MAX) problems.push(problem);
  };
  if (checked.repeated > 0) note(`${checked.repeated} tasks are reported twice`);
  const compared = await compareBuckets(world, pair, done, note);
  return { ...checked, ...compared, done, problems };
}

/** Adds to `done` what the report says was done. */
async function checkReportOf(
  world: BatchWorld,
  { source }: Pair,
  job: JobDescriptor,
  done: Set<string>,
): Promise<CheckedReport> {
  const folder = `${source}/job-${job.JobId}/`;
  const open = (key: string) => bodyOf({ client: world.home, bucket: REPORTS }, key);
  const [manifest, manifestMd5] = await Promise.all(
    ['manifest.json', 'manifest.json.md5'].map(async (file) => whole(open(folder + file))),
  );
  const { NumberOfTasksSucceeded: succeeded = -1, NumberOfTasksFailed: failed = -1 } =
    job.ProgressSummary ?? {};
  return await checkReport(
    { manifest: manifest ?? Buffer.alloc(0), manifestMd5: manifestMd5 ?? Buffer.alloc(0), open },
    { scope: 'AllTasks', succeeded, failed },
    ({ outcome, versionId }) => {
      if (outcome === 'succeeded') done.add(versionId);
    },
  );
}

async function* bodyOf({ client, bucket }: Place, key: string): AsyncGenerator<Buffer> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  yield* Body as AsyncIterable<Buffer>;
}

async function whole(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

/** A million versions are compared by what fits: the names of what is at the destination, and both lists page by page. */
async function compareBuckets(
  world: BatchWorld,
  pair: Pair,
  done: ReadonlySet<string>,
  note: (problem: string) => void,
): Promise<{ versions: number; replicas: number }> {
  const replicas = new Map<string, string>();
  for await (const page of versionPages(world.replicaOf(pair))) {
    for (const { versionId, key, etag } of page) replicas.set(versionId, `${key} ${etag}`);
  }
  const sample = new Sample(STATUSES_ASKED_MAX);
  let versions = 0;
  let found = 0;
  for await (const page of versionPages(world.sourceOf(pair))) {
    for (const version of page) {
      versions += 1;
      sample.see(version);
      const { key, versionId, etag } = version;
      const replica = replicas.get(versionId);
      if (replica !== undefined) found += 1;
      if (done.has(versionId)) {
        if (replica === undefined) note(`${key} ${versionId} is reported and did not arrive`);
        else if (replica !== `${key} ${etag}`) note(`${key} ${versionId} arrived as ${replica}`);
      } else if (replica !== undefined) note(`${key} ${versionId} arrived and is not reported`);
    }
  }
  if (found !== replicas.size) note(`${replicas.size - found} versions at the destination have no source`);
  await compareStatuses(world, pair, sample.taken, done, note);
  return { versions, replicas: replicas.size };
}

async function compareStatuses(
  world: BatchWorld,
  pair: Pair,
  sample: readonly PresentVersion[],
  done: ReadonlySet<string>,
  note: (problem: string) => void,
): Promise<void> {
  await forEachAtOnce(sample, async (version) => {
    const { key, versionId } = version;
    const status = await statusOf(world.sourceOf(pair), version);
    const expected = done.has(versionId) ? 'COMPLETED' : undefined;
    if (status !== expected) note(`${key} ${versionId} is ${status}, and not ${expected}`);
    if (!done.has(versionId)) return;
    const replicaStatus = await statusOf(world.replicaOf(pair), version);
    if (replicaStatus !== 'REPLICA') note(`the replica of ${key} ${versionId} is ${replicaStatus}`);
  });
}

async function statusOf({ client, bucket }: Place, { key, versionId }: PresentVersion) {
  const head = new HeadObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId });
  return (await client.send(head)).ReplicationStatus;
}

/** Objects spread evenly over all that were seen, however many these are. */
class Sample {
  readonly #max: number;
  #each = 1;
  #seen = 0;
  taken: PresentVersion[] = [];

  constructor(max: number) {
    this.#max = max;
  }

  see(version: PresentVersion): void {
    if (version.etag === 'marker') return;
    if (this.#seen++ % this.#each !== 0) return;
    this.taken.push(version);
    if (this.taken.length < this.#max * 2) return;
    this.taken = this.taken.filter((_, index) => index % 2 === 0);
    this.#each *= 2;
  }
}
