import { ReplicationFailure } from '../replication/failure-codes.ts';
import type { JobRow, JobTask } from '../store/tables/job-rows.ts';
import { ChunkWriter, deleteChunks, tasksOfChunks } from './job-chunks.ts';
import { JobFailure } from './job-failure.ts';
import { jobRole } from './job-role.ts';
import { readTasks } from './manifest/read-tasks.ts';
import { writeGeneratedManifest } from './manifest/write-generated-manifest.ts';
import { enter, type RunContext, type StoredJob } from './run-context.ts';
import type { RunningJob } from './running-job.ts';
import { taskBucketName } from './task-bucket.ts';

/** With the pauses between them these attempts take a quarter of a minute. A list that still fills the disk each time, and
 * is deleted again, would keep everyone else from writing for as long as its job lives. */
const LISTS_CUT_OFF_MAX = 8;

/** Preparing: the manifest is read or generated, whole, before any task runs. What a crash left of it is thrown away
 * and made again.
 * Ends when `running` is interrupted: the job is to be looked at again in another state.
 * @throws JobFailure, Superseded; what passes by itself */
export async function prepareJob(
  context: RunContext,
  running: RunningJob,
  stored: StoredJob,
): Promise<StoredJob> {
  const { batch, region } = context;
  const { job } = stored;
  const { signal } = running.interruption;
  await requireRole(context, job);
  await deleteChunks(context, job.jobId, signal);
  if (running.listsCutOff >= LISTS_CUT_OFF_MAX) {
    throw new JobFailure(
      'ManifestWriteFailed',
      `The list of tasks does not fit on the disk of ${region.name}.`,
    );
  }
  const { total, chunks, bucket } = await writeChunks(context, running, job);
  const generatedManifest =
    job.source.kind === 'generator' && job.source.output !== undefined
      ? await writeGeneratedManifest(batch, region, job, tasksOfChunks(context, job.jobId, signal))
      : undefined;
  signal.throwIfAborted();
  const change = {
    tasks: { total, chunks, bucket },
    ...(generatedManifest !== undefined && { generatedManifest }),
  };
  return job.confirmationRequired
    ? enter(context, stored, 'Suspended', { change, cause: 'waits for confirmation' })
    : enter(context, stored, 'Ready', { change });
}

async function writeChunks(
  context: RunContext,
  running: RunningJob,
  job: JobRow,
): Promise<{ readonly total: number; readonly chunks: number; readonly bucket: string }> {
  const { signal } = running.interruption;
  const writer = new ChunkWriter(context, job.jobId);
  let bucket: string | undefined;
  try {
    for await (const task of readTasks(context.batch, context.region, job, signal)) {
      signal.throwIfAborted();
      bucket ??= await firstBucket(context, job, task);
      await writer.add(task);
    }
    return { ...(await writer.end()), bucket: bucket ?? '' };
  } finally {
    if (writer.cutOff) running.listsCutOff += 1;
  }
}

async function requireRole({ batch }: RunContext, job: JobRow): Promise<void> {
  try {
    await jobRole(batch, job);
  } catch (error) {
    if (!(error instanceof ReplicationFailure)) throw error;
    throw new JobFailure('RoleNotAssumable', error.message, { cause: error });
  }
}

/** The bucket of the first task.
 * @throws JobFailure where it does not replicate: none of the job's tasks could be run */
async function firstBucket({ batch, region }: RunContext, job: JobRow, task: JobTask): Promise<string> {
  const name = taskBucketName(job, task);
  if (job.operation.name !== 'S3ReplicateObject') return name;
  const bucket = await batch.objects.buckets.find(name);
  // One that does not exist, or lies elsewhere, is the failure of each task.
  if (bucket?.region.name === region.name && bucket.row.replication === undefined) {
    throw new JobFailure(
      'ReplicationConfigurationMissing',
      `The bucket ${name} has no replication configuration.`,
    );
  }
  return name;
}
