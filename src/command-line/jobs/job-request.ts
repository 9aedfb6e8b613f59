import type { JobManifestGeneratorFilter, ReplicationStatus } from '@aws-sdk/client-s3-control';
import type { Arguments } from '../arguments.ts';
import { UsageError } from '../command.ts';
import { checkRole, optional, readPriority } from '../option-values.ts';

/** What was typed after `holdfast jobs create`. */
export interface JobRequest {
  readonly bucket: string;
  readonly filter: JobManifestGeneratorFilter;
  /** Undefined: no report. */
  readonly report?: { readonly bucket: string; readonly prefix?: string; readonly failedOnly: boolean };
  /** Where the generated manifest is kept, if anywhere. */
  readonly manifestBucket?: string;
  readonly priority: number;
  readonly description: string;
  /** `new`, or an ARN. */
  readonly role: string;
  /** Whether somebody must confirm it before it runs. */
  readonly waits: boolean;
}

export const JOB_VALUES = [
  'filter',
  'prefix',
  'suffix',
  'created-after',
  'created-before',
  'report-bucket',
  'report-prefix',
  'save-manifest',
  'priority',
  'description',
  'role',
] as const;
export const JOB_FLAGS = ['no-report', 'failed-only', 'wait', 'run'] as const;

/** As the console's. */
const PRIORITY_OTHERWISE = 10;

/** By the words that are typed. */
const FILTERS: Readonly<Record<string, ReplicationStatus>> = {
  none: 'NONE',
  failed: 'FAILED',
  completed: 'COMPLETED',
  replica: 'REPLICA',
};

/** @throws UsageError */
export function readJobRequest(bucket: string, { values, flags }: Arguments): JobRequest {
  if (flags.has('wait') && flags.has('run')) throw new UsageError('Type --wait or --run.');
  const role = values.get('role') ?? 'new';
  checkRole(role);
  const report = readReport(bucket, { values, flags });
  return {
    bucket,
    filter: readFilter(values),
    ...optional('report', report),
    ...optional('manifestBucket', values.get('save-manifest')),
    priority: readPriority(values.get('priority')) ?? PRIORITY_OTHERWISE,
    description: values.get('description') ?? `Replicate existing objects of ${bucket}`,
    role,
    waits: !flags.has('run'),
  };
}

function readReport(bucket: string, { values, flags }: Pick<Arguments, 'values' | 'flags'>) {
  if (flags.has('no-report')) {
    const about = ['report-bucket', 'report-prefix', 'failed-only'];
    const stray = about.find((name) => values.has(name) || flags.has(name));
    if (stray !== undefined) throw new UsageError(`Type --${stray} or --no-report.`);
    return undefined;
  }
  return {
    bucket: values.get('report-bucket') ?? `${bucket}-reports`,
    failedOnly: flags.has('failed-only'),
    ...optional('prefix', values.get('report-prefix')),
  };
}

function readFilter(values: Arguments['values']): JobManifestGeneratorFilter {
  const statuses = readStatuses(values.get('filter'));
  const prefix = values.get('prefix');
  const suffix = values.get('suffix');
  const names = {
    ...(prefix !== undefined && { MatchAnyPrefix: [prefix] }),
    ...(suffix !== undefined && { MatchAnySuffix: [suffix] }),
  };
  return {
    EligibleForReplication: true,
    ...optional('ObjectReplicationStatuses', statuses),
    ...optional('CreatedAfter', readTime('created-after', values)),
    ...optional('CreatedBefore', readTime('created-before', values)),
    ...(Object.keys(names).length > 0 && { KeyNameConstraint: names }),
  };
}

function readStatuses(text: string | undefined): ReplicationStatus[] | undefined {
  if (text === undefined || text === 'all') return undefined;
  return text.split(',').map((word) => {
    const status = FILTERS[word];
    if (status !== undefined) return status;
    throw new UsageError(
      `--filter is all, or one or more of ${Object.keys(FILTERS).join(',')}, not "${text}".`,
    );
  });
}

function readTime(name: string, values: Arguments['values']): Date | undefined {
  const text = values.get(name);
  if (text === undefined) return undefined;
  const time = new Date(text);
  if (!Number.isNaN(time.getTime())) return time;
  throw new UsageError(`--${name} is a time such as 2026-01-31 or 2026-01-31T12:00:00Z, not "${text}".`);
}
