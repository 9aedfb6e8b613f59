import { hash } from 'node:crypto';
import {
  CreateJobCommand,
  type CreateJobCommandInput,
  DescribeJobCommand,
  type JobDescriptor,
  JobStatusException,
  UpdateJobStatusCommand,
} from '@aws-sdk/client-s3-control';
import { signRequest } from '../../../src/command-line/sign-request.ts';
import { ROOT_KEYS } from '../server.ts';
import { type BatchWorld, HOME_REGION, REPORTS } from './world.ts';

export const ENDED: ReadonlySet<string | undefined> = new Set(['Complete', 'Failed', 'Cancelled']);

export interface JobState {
  readonly status: string;
  readonly at: string;
  readonly cause?: string;
}

/** Makes the jobs of a run and asks after them. */
export class BatchJobs {
  readonly #world: BatchWorld;
  #made = 0;

  constructor(world: BatchWorld) {
    this.#world = world;
  }

  /** Replicates what was never replicated. */
  replicate(source: string): Promise<string> {
    return this.#create({
      Operation: { S3ReplicateObject: {} },
      Priority: 10,
      Report: {
        Enabled: true,
        Bucket: `arn:aws:s3:::${REPORTS}`,
        Prefix: source,
        Format: 'Report_CSV_20180820',
        ReportScope: 'AllTasks',
      },
      ManifestGenerator: generatorOf(source, {
        EligibleForReplication: true,
        ObjectReplicationStatuses: ['NONE'],
      }),
    });
  }

  /** A job that goes before the others. */
  urgent(source: string): Promise<string> {
    return this.#create({
      Operation: { S3PutObjectTagging: { TagSet: [{ Key: 'urgent', Value: 'yes' }] } },
      Priority: 1000,
      Report: { Enabled: false },
      ManifestGenerator: generatorOf(source, {}),
    });
  }

  async describe(jobId: string): Promise<JobDescriptor> {
    const { control, account } = this.#world;
    const { Job } = await control.send(new DescribeJobCommand({ AccountId: account, JobId: jobId }));
    if (Job === undefined) throw new Error(`DescribeJob says nothing of ${jobId}`);
    return Job;
  }

  /** Whether it was not too late: a job may have done all its tasks since it was last looked at. */
  async cancel(jobId: string): Promise<boolean> {
    const { control, account } = this.#world;
    try {
      await control.send(
        new UpdateJobStatusCommand({ AccountId: account, JobId: jobId, RequestedJobStatus: 'Cancelled' }),
      );
      return true;
    } catch (error) {
      if (error instanceof JobStatusException) return false;
      throw error;
    }
  }

  /** Every state that it entered, which DescribeJob does not tell. */
  async states(jobId: string): Promise<readonly JobState[]> {
    const { endpoint } = this.#world;
    const path = '/_holdfast/api/GetJobStates';
    const body = JSON.stringify({ jobId, region: HOME_REGION });
    const request = {
      method: 'POST',
      host: new URL(endpoint).host,
      path,
      payloadHash: hash('sha256', body),
      region: HOME_REGION,
      service: 'holdfast',
      nowMs: Date.now(),
    };
    const { host: _host, ...headers } = signRequest(request, ROOT_KEYS);
    const response = await fetch(endpoint + path, {
      method: 'POST',
      body,
      headers: { ...headers, 'content-type': 'application/json' },
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`GetJobStates: ${response.status} ${text}`);
    return (JSON.parse(text) as { states: JobState[] }).states;
  }

  async #create(
    job: Pick<CreateJobCommandInput, 'Operation' | 'Priority' | 'Report' | 'ManifestGenerator'>,
  ): Promise<string> {
    const { control, account, batchRole } = this.#world;
    const { JobId } = await control.send(
      new CreateJobCommand({
        ...job,
        AccountId: account,
        ConfirmationRequired: false,
        ClientRequestToken: `trust-${this.#made++}`,
        RoleArn: batchRole,
      }),
    );
    if (JobId === undefined) throw new Error('CreateJob gave no id');
    return JobId;
  }
}

type Generator = NonNullable<
  NonNullable<CreateJobCommandInput['ManifestGenerator']>['S3JobManifestGenerator']
>;

function generatorOf(source: string, filter: NonNullable<Generator['Filter']>) {
  return {
    S3JobManifestGenerator: {
      SourceBucket: `arn:aws:s3:::${source}`,
      EnableManifestOutput: false,
      ...(Object.keys(filter).length === 0 ? {} : { Filter: filter }),
    },
  };
}
