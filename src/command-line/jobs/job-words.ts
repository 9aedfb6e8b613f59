import { styleText } from 'node:util';
import type { JobStatus } from '@aws-sdk/client-s3-control';
import { number } from '../quantities.ts';
import type { JobView } from './job-view.ts';

/** The console's words; the API keeps AWS's own (reference: console 13). */
const OPERATIONS: Readonly<Record<string, string>> = {
  S3ReplicateObject: 'Replicate',
  S3PutObjectCopy: 'Copy',
  S3PutObjectTagging: 'Replace all object tags',
  S3DeleteObjectTagging: 'Delete all object tags',
  S3PutObjectAcl: 'Replace access control list',
};

export function operationWords(operation: string): string {
  return OPERATIONS[operation] ?? operation;
}

export function stateWords(status: JobStatus): string {
  if (status === 'Suspended') return 'Awaiting your confirmation to run';
  return status === 'Complete' ? 'Completed' : status;
}

/** Where the job stands; what failed is part of it. */
export function jobStateWords({ status, failed }: Pick<JobView, 'status' | 'failed'>): string {
  const words = stateWords(status);
  return status === 'Complete' && failed > 0 ? `${words} with failures (${number(failed)})` : words;
}

type Style = Parameters<typeof styleText>[0];

const STYLES: Readonly<Partial<Record<JobStatus, Style>>> = {
  Suspended: 'yellow',
  Ready: 'blue',
  Active: 'blue',
  Completing: 'blue',
  Complete: 'green',
  Failing: 'red',
  Failed: 'red',
};

export function styledState(job: Pick<JobView, 'status' | 'failed'>, text = jobStateWords(job)): string {
  const style = job.status === 'Complete' && job.failed > 0 ? 'yellow' : STYLES[job.status];
  return style === undefined ? text : styleText(style, text);
}
