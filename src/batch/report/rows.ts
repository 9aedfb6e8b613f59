import type { JobChunkRow, JobRow, JobTask, TaskResult } from '../../store/tables/job-rows.ts';
import { encodeManifestKey } from '../manifest/manifest-key.ts';
import { taskBucketName } from '../task-bucket.ts';
import type { TaskOutcome } from './layout.ts';

/** The lines of those tasks of a chunk that ended so, in their order. What never ran has none. */
export function reportLines(job: Pick<JobRow, 'source'>, chunk: JobChunkRow, outcome: TaskOutcome): string[] {
  if (chunk.state === 'waiting') return [];
  const lines: string[] = [];
  for (const [index, result] of chunk.results.entries()) {
    const task = chunk.tasks[index];
    if (task === undefined || result === null) continue;
    if (result.succeeded === (outcome === 'succeeded'))
      lines.push(reportLine(taskBucketName(job, task), task, result));
  }
  return lines;
}

function reportLine(bucket: string, task: JobTask, result: TaskResult): string {
  const columns = [
    bucket,
    task.encodedKey ?? encodeManifestKey(task.key),
    task.versionId ?? '',
    ...(result.succeeded
      ? ['succeeded', '200', '', result.message]
      : ['failed', String(result.httpStatus), result.code, result.message]),
  ];
  return `${columns.map(quoted).join(',')}\n`;
}

function quoted(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
