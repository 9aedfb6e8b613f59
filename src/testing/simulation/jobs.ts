import { createJob } from '../../batch/create-job.ts';
import { describeJob } from '../../batch/describe-job.ts';
import { mayEnter } from '../../batch/transition.ts';
import { updateJobPriority } from '../../batch/update-job-priority.ts';
import { updateJobStatus } from '../../batch/update-job-status.ts';
import { sleep } from '../../lib/clock.ts';
import type { JobRow } from '../../store/tables/job-rows.ts';
import { jobAnswers } from '../../store/tables/jobs.ts';
import { jobRow } from '../batch-fixture.ts';
import { reportRowsOf } from '../job-fixture.ts';
import { ACCOUNT, type ReplicationFixture } from '../replication-fixture.ts';
import type { Ledger } from './ledger.ts';
import { DESTINATIONS, REPORTS, SOURCE, type World } from './world.ts';

const REPEAT_MS = 500;
const FILTERS = [
  { replicationStatuses: ['NONE'] },
  { replicationStatuses: ['NONE', 'FAILED'] },
  { replicationStatuses: ['COMPLETED'] },
  {},
] as const;

/** One who makes jobs, looks after them, and asks again where no answer came. */
export async function runJobs(world: World, ledger: Ledger, jobs: number): Promise<void> {
  const { random, clock } = world;
  for (let made = 0; made < jobs; made += 1) {
    await sleep(clock, random.below(8_000));
    const token = `token ${made}`;
    const source = {
      kind: 'generator',
      sourceBucket: `arn:aws:s3:::${SOURCE}`,
      filter: random.pick(FILTERS),
    } as const;
    const asked = { ...jobRow(), source, priority: random.below(3), clientRequestToken: token };
    const confirmationRequired = random.chance(0.5);
    const report = { enabled: true, bucket: `arn:aws:s3:::${REPORTS}`, scope: 'AllTasks' } as const;
    const jobId = await untilAnswered(world, (s3) =>
      createJob({ ...jobsOf(s3), random }, { ...asked, confirmationRequired, report }),
    );
    ledger.jobs.add(jobId);
    await sleep(clock, random.below(3_000));
    const dice = random.below(100);
    // What is no legal move any more is refused: that is an answer, too.
    await world.request(async (s3) => {
      if (dice < 20) await updateJobStatus(jobsOf(s3), { jobId, requested: 'Cancelled' });
      else if (dice < 60) await updateJobStatus(jobsOf(s3), { jobId, requested: 'Ready' });
      else if (dice < 70) await updateJobPriority(jobsOf(s3), { jobId, priority: 5 });
    });
  }
}

async function untilAnswered<Answer>(
  world: World,
  ask: (s3: ReplicationFixture) => Promise<Answer>,
): Promise<Answer> {
  for (;;) {
    const answer = await world.request(ask);
    if (answer !== undefined) return answer;
    await sleep(world.clock, REPEAT_MS);
  }
}

function jobsOf({ site }: ReplicationFixture) {
  const region = site.site.regions.get('us-east-1');
  if (region === undefined) throw new Error('the site has no such region');
  return { store: region.store, clock: site.site.clock, account: ACCOUNT };
}

/** Confirms what still waits for it.
 * @returns whether any job has not ended */
export async function anyJobRuns(world: World, ledger: Ledger): Promise<boolean> {
  let runs = false;
  for (const jobId of ledger.jobs) {
    const described = await describeJob(jobsOf(world.s3).store, jobId);
    if (described?.job.status === 'Suspended')
      await updateJobStatus(jobsOf(world.s3), { jobId, requested: 'Ready' });
    if (described !== undefined && described.job.terminatedAtMs === undefined) runs = true;
  }
  return runs;
}

/** How many tasks of all jobs have a result. */
export async function tasksRun(world: World, ledger: Ledger): Promise<number> {
  let run = 0;
  for (const jobId of ledger.jobs) {
    const described = await describeJob(jobsOf(world.s3).store, jobId);
    run += (described?.progress.succeeded ?? 0) + (described?.progress.failed ?? 0);
  }
  return run;
}

/** What is wrong with the jobs of a site at rest. */
export async function jobViolations(world: World, ledger: Ledger): Promise<string[]> {
  const wrong: string[] = [];
  const { store } = jobsOf(world.s3);
  for (const row of await store.range(jobAnswers.range()))
    wrong.push(`an answer that nobody took: ${JSON.stringify(jobAnswers.nameOf(row))}`);
  for (const jobId of ledger.jobs) {
    const described = await describeJob(store, jobId);
    if (described === undefined) {
      wrong.push(`I1 an acknowledged job is lost: ${jobId}`);
      continue;
    }
    const { job, progress, states } = described;
    const path = states.map(({ status }) => status);
    const legal = path.every((status, index) => index === 0 || mayEnter(path[index - 1] ?? status, status));
    if (!legal || path.length !== job.statesEntered || path.at(-1) !== job.status)
      wrong.push(`job ${jobId} is ${job.status} after ${path.join(' ')}`);
    if (job.terminatedAtMs === undefined) wrong.push(`job ${jobId} has not ended: ${job.status}`);
    const ran = progress.succeeded + progress.failed;
    if (job.status === 'Complete' && ran !== job.tasks?.total)
      wrong.push(`job ${jobId} ran ${ran} of ${job.tasks?.total} tasks`);
    await checkReport(world, job, progress, wrong);
  }
  return wrong;
}

async function checkReport(
  world: World,
  { jobId, failureReasons }: JobRow,
  progress: { readonly succeeded: number; readonly failed: number },
  wrong: string[],
): Promise<void> {
  if (failureReasons.some(({ code }) => code === 'ReportWriteFailed')) return;
  const rows = await reportRowsOf(world.s3, REPORTS, jobId);
  const succeeded = rows.filter(({ outcome }) => outcome === 'succeeded');
  if (succeeded.length !== progress.succeeded || rows.length - succeeded.length !== progress.failed)
    wrong.push(`job ${jobId} reports ${succeeded.length} of ${rows.length}: ${JSON.stringify(progress)}`);
  if (new Set(rows.map(({ key, versionId }) => `${key} ${versionId}`)).size !== rows.length)
    wrong.push(`job ${jobId} reports a task twice`);
  for (const { key, versionId } of succeeded) {
    const name = decodeURIComponent(key);
    for (const { name: destination } of DESTINATIONS.filter(({ prefix }) => name.startsWith(prefix))) {
      const there = (await world.s3.versions(destination)).some((version) => version.versionId === versionId);
      if (!there && !world.removedAt.has(`${destination} ${versionId}`))
        wrong.push(`job ${jobId} reports what is not in ${destination}: ${name} ${versionId}`);
    }
  }
}
