import { createHash } from 'node:crypto';
import type { CreateJobRequest } from '@aws-sdk/client-s3-control';
import { badJobRequest } from '../errors/s3control.ts';
import type { JobRow, JobSource } from '../store/tables/job-rows.ts';
import { DESCRIPTION_LENGTH_MAX, PRIORITY_MAX } from './limits.ts';
import { readGenerator } from './specification/generator.ts';
import { readManifest } from './specification/manifest.ts';
import { readOperation } from './specification/operation.ts';
import { readReport } from './specification/report.ts';
import { readJobTags } from './specification/tags.ts';
import { required, textOf } from './specification/values.ts';

const CLIENT_REQUEST_TOKEN_LENGTH_MAX = 64;
const ROLE_ARN_LENGTH_MAX = 2048;
const ROLE_ARN = /^arn:[^:]+:iam::\d{12}:role\/.+$/;

/** What a CreateJob request asks for. */
export type JobSpecification = Pick<
  JobRow,
  | 'operation'
  | 'source'
  | 'report'
  | 'roleArn'
  | 'confirmationRequired'
  | 'description'
  | 'tags'
  | 'priority'
  | 'clientRequestToken'
>;

/** Checks the form of a request alone. Whether buckets, roles and rules exist shows when the job runs: then the job
 * fails, not the call (reference: s3-batch-replication 13).
 * @throws AwsError BadRequestException, TooManyTagsException, NotImplemented */
export function readSpecification(input: Omit<CreateJobRequest, 'AccountId'>): JobSpecification {
  const { Description: description } = input;
  return {
    operation: readOperation(input.Operation),
    source: readSource(input),
    report: readReport(input.Report),
    roleArn: readRoleArn(input.RoleArn),
    // The guide: a job waits unless it was created with --no-confirmation-required.
    confirmationRequired: input.ConfirmationRequired ?? true,
    ...(description === undefined
      ? {}
      : { description: textOf('Description', description, DESCRIPTION_LENGTH_MAX) }),
    tags: readJobTags(input.Tags),
    priority: readPriority(input.Priority),
    clientRequestToken: textOf(
      'ClientRequestToken',
      required('ClientRequestToken', input.ClientRequestToken),
      CLIENT_REQUEST_TOKEN_LENGTH_MAX,
    ),
  };
}

/** @throws AwsError BadRequestException */
export function readPriority(priority: number | undefined): number {
  const given = required('Priority', priority);
  if (Number.isInteger(given) && given >= 0 && given <= PRIORITY_MAX) return given;
  throw badJobRequest(`Priority must be an integer from 0 to ${PRIORITY_MAX}.`);
}

function readSource({
  Manifest: manifest,
  ManifestGenerator: generator,
}: Pick<CreateJobRequest, 'Manifest' | 'ManifestGenerator'>): JobSource {
  if (manifest !== undefined && generator === undefined) return readManifest(manifest);
  if (generator !== undefined && manifest === undefined) return readGenerator(generator);
  throw badJobRequest('A job takes either a Manifest or a ManifestGenerator.');
}

function readRoleArn(arn: string | undefined): string {
  const given = textOf('RoleArn', required('RoleArn', arn), ROLE_ARN_LENGTH_MAX);
  if (!ROLE_ARN.test(given)) throw badJobRequest('RoleArn must be the ARN of a role.');
  return given;
}

/** The same for requests that ask for the same: neither the order of elements nor that of the items of a set matters,
 * nor whether a default was written out. */
export function digestOf(specification: JobSpecification): string {
  return createHash('sha256').update(canonical(specification)).digest('hex');
}

/** `inOrder`: the order of this list says something. */
function canonical(value: unknown, inOrder = false): string {
  if (Array.isArray(value)) {
    // A list in a list is a pair: the key and the value of a tag.
    const items = value.map((item) => canonical(item, true));
    return `[${(inOrder ? items : items.toSorted()).join()}]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member, name === 'fields')}`);
  return `{${members.join()}}`;
}
