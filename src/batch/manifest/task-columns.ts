import type { JobTask } from '../../store/tables/job-rows.ts';
import { JobFailure } from '../job-failure.ts';
import { type CsvRow, invalidRow } from './csv.ts';
import { decodeManifestKey, encodeManifestKey } from './manifest-key.ts';

/** Where a manifest's rows hold what a task is. */
export interface TaskColumns {
  readonly count: number;
  readonly bucket: number;
  readonly key: number;
  readonly versionId?: number;
}

/** @param names of the columns, in order.
 * @throws JobFailure InvalidManifestContent where Bucket or Key is missing, or one is named twice */
export function taskColumns(names: readonly string[]): TaskColumns {
  const missing = ['Bucket', 'Key'].filter((name) => !names.includes(name));
  if (missing.length > 0) {
    throw new JobFailure(
      'InvalidManifestContent',
      `Required fields are missing in the schema of the manifest: ${missing.join(', ')}.`,
    );
  }
  const twice = ['Bucket', 'Key', 'VersionId'].find(
    (name) => names.indexOf(name) !== names.lastIndexOf(name),
  );
  if (twice !== undefined) {
    throw new JobFailure('InvalidManifestContent', `The schema of the manifest names ${twice} twice.`);
  }
  const versionId = names.indexOf('VersionId');
  return {
    count: names.length,
    bucket: names.indexOf('Bucket'),
    key: names.indexOf('Key'),
    ...(versionId === -1 ? {} : { versionId }),
  };
}

/** @throws JobFailure InvalidManifestContent, naming the line */
export function taskOfRow(columns: TaskColumns, { line, fields }: CsvRow, source: string): JobTask {
  if (fields.length !== columns.count) {
    throw invalidRow(source, line, `${fields.length} columns where the schema has ${columns.count}`);
  }
  const bucket = fields[columns.bucket] ?? '';
  const encodedKey = fields[columns.key] ?? '';
  if (bucket === '') throw invalidRow(source, line, 'the Bucket is empty');
  if (encodedKey === '') throw invalidRow(source, line, 'the Key is empty');
  const key = decodedKey(encodedKey, source, line);
  const encodedOtherwise = encodeManifestKey(key) !== encodedKey;
  return {
    bucket,
    key,
    ...(encodedOtherwise ? { encodedKey } : {}),
    ...(columns.versionId === undefined ? {} : { versionId: fields[columns.versionId] ?? '' }),
  };
}

function decodedKey(text: string, source: string, line: number): string {
  try {
    return decodeManifestKey(text);
  } catch (error) {
    throw error instanceof JobFailure ? invalidRow(source, line, error.message, error) : error;
  }
}
