import type { JobRow, JobTask } from '../../store/tables/job-rows.ts';
import type { BatchContext } from '../context.ts';
import { readCsv } from './csv.ts';
import { type GivenSource, openManifest } from './open-manifest.ts';
import { taskColumns, taskOfRow } from './task-columns.ts';

/** A manifest of format S3BatchOperations_CSV_20180820 (reference: s3-batch-replication 4.2), tasks of a run of rows
 * at once.
 * @throws JobFailure */
export async function* readCsvManifest(
  context: BatchContext,
  job: JobRow,
  source: GivenSource,
): AsyncGenerator<readonly JobTask[], void, undefined> {
  const columns = taskColumns(source.fields ?? []);
  const { stream, name } = await openManifest(context, job, source);
  for await (const rows of readCsv(stream, name)) {
    yield rows.map((row) => taskOfRow(columns, row, name));
  }
}
