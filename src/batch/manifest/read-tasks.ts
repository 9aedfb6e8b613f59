import type { Region } from '../../buckets/region.ts';
import type { JobRow, JobTask } from '../../store/tables/job-rows.ts';
import type { BatchContext } from '../context.ts';
import { JobFailure } from '../job-failure.ts';
import { generateTasks } from './generate.ts';
import { readCsvManifest } from './read-csv-manifest.ts';
import { readInventoryManifest } from './read-inventory-manifest.ts';

/** All tasks of the job in their order, read or generated as it goes: the memory that it takes does not grow with
 * their number. None may run before the last has come, as what is wrong with a manifest may show at its end.
 * @param signal ends it between two reads, also where none of millions of versions is a task
 * @throws JobFailure; what aborted the signal */
export async function* readTasks(
  context: BatchContext,
  region: Region,
  job: JobRow,
  signal?: AbortSignal,
): AsyncGenerator<JobTask, void, undefined> {
  let none = true;
  for await (const tasks of runsOfTasks(context, region, job)) {
    signal?.throwIfAborted();
    if (tasks.length > 0) none = false;
    yield* tasks;
  }
  if (none) throw noTasks(job);
}

function runsOfTasks(context: BatchContext, region: Region, job: JobRow): AsyncIterable<readonly JobTask[]> {
  const { source } = job;
  if (source.kind === 'generator') return generateTasks(context, region, job, source);
  return source.format === 'S3BatchOperations_CSV_20180820'
    ? readCsvManifest(context, job, source)
    : readInventoryManifest(context, job, source);
}

function noTasks({ source }: JobRow): JobFailure {
  if (source.kind === 'manifest') {
    return new JobFailure('InvalidManifestContent', 'The manifest names no object.');
  }
  return new JobFailure(
    'ManifestGenerationNoKeys',
    'Manifest generation found no keys matching the filter criteria.',
  );
}
