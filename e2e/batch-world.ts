import { createHash } from 'node:crypto';
import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import * as s3 from '@aws-sdk/client-s3';
import * as s3control from '@aws-sdk/client-s3-control';
import { expect } from 'vitest';
import { describeJob } from '../src/batch/describe-job.ts';
import { verifyCounters } from '../src/replication/verify-counters.ts';
import type { KeyValueStore } from '../src/store/kv/key-value-store.ts';
import type { JobStatus } from '../src/store/tables/job-rows.ts';
import { BATCH_TRUST } from '../src/testing/batch-fixture.ts';
import { type MemorySiteOptions, SiteDisks } from '../src/testing/memory-site.ts';
import { rolePolicy, TRUST } from '../src/testing/replication-fixture.ts';
import { MortalClock } from '../src/testing/simulation/mortal-clock.ts';
import { startTestSite, type TestKeys, type TestSite } from '../src/testing/test-site.ts';
import { MovableClock } from './security/people.ts';

const HOME = 'us-east-1';
const AFAR = 'ap-south-1';
// Only so that a hang ends: jobs of 1,500 tasks take half a minute on a busy machine.
const UNTIL_MS_MAX = 90_000;
const LOOK_AGAIN_MS = 5;
const LEASE_MS_MAX = 60_000;

type GeneratorInput = NonNullable<s3control.CreateJobCommandInput['ManifestGenerator']>;
type Filter = NonNullable<GeneratorInput['S3JobManifestGenerator']>['Filter'];

/** Of all tasks, into `reports`. */
export const REPORT = {
  Enabled: true,
  Bucket: 'arn:aws:s3:::reports',
  Format: 'Report_CSV_20180820',
  ReportScope: 'AllTasks',
} as const;

export interface ReportLine {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string;
  readonly outcome: string;
  readonly httpStatus: string;
  readonly code: string;
}

interface JobOptions extends Partial<s3control.CreateJobCommandInput> {
  readonly filter?: Filter;
  readonly source?: string;
}

export interface Report {
  /** `succeeded` or `failed`, of each file. */
  readonly files: readonly string[];
  readonly lines: readonly ReportLine[];
}

type WorldOptions = Pick<MemorySiteOptions, 'activeJobsMax' | 'wrapStore' | 'faults'>;

/** A site in memory with a role for replication and one for jobs, told what to do by SDK clients only. The buckets
 * `source`, `destination` and `reports` exist, with versioning and without a rule. */
export class BatchWorld implements AsyncDisposable {
  readonly clock = new MovableClock();
  readonly #disks = new SiteDisks();
  readonly #options: WorldOptions;
  #life: MortalClock;
  #site: TestSite | undefined;
  #owner: TestKeys | undefined;
  #s3: s3.S3Client | undefined;
  #control: s3control.S3ControlClient | undefined;

  private constructor(options: WorldOptions) {
    this.#options = options;
    this.#life = new MortalClock(this.clock);
  }

  static async start(options: WorldOptions = {}): Promise<BatchWorld> {
    const world = new BatchWorld(options);
    await world.#open();
    await world.role('replicate', TRUST, rolePolicy('*', ['*']));
    await world.role('batch', BATCH_TRUST, allow('s3:*'));
    for (const name of ['source', 'destination', 'reports']) await world.bucket(name);
    return world;
  }

  async #open(): Promise<void> {
    this.#life = new MortalClock(this.clock);
    this.#site = await startTestSite({
      ...this.#options,
      ...(this.#owner !== undefined && { owner: this.#owner }),
      disks: this.#disks,
      clock: this.#life,
    });
    this.#owner ??= this.#site.owner;
    this.#s3 = this.#site.s3(this.#owner);
    this.#control = this.#site.s3control(this.#owner);
  }

  /** The process dies where it is, and another one starts on its disks, when the leases of the dead have ended. */
  async killAndRestart(): Promise<void> {
    await this.site.kill();
    this.#life.die();
    this.clock.forward(LEASE_MS_MAX);
    await this.#open();
  }

  get site(): TestSite {
    if (this.#site === undefined) throw new Error('the site is not started');
    return this.#site;
  }

  get owner(): TestKeys {
    return this.#owner ?? this.site.owner;
  }

  get store(): KeyValueStore {
    const region = this.site.site.site.regions.get(HOME);
    if (region === undefined) throw new Error(`no region ${HOME}`);
    return region.store;
  }

  get s3(): s3.S3Client {
    return this.#atThisTime(this.#s3);
  }

  get control(): s3control.S3ControlClient {
    return this.#atThisTime(this.#control);
  }

  /** Clients sign with the machine's clock. */
  #atThisTime<Client extends { readonly config: { systemClockOffset: number } }>(client: Client | undefined) {
    if (client === undefined) throw new Error('the site is not started');
    client.config.systemClockOffset = this.clock.now() - Date.now();
    return client;
  }

  roleArn(name: string): string {
    return `arn:aws:iam::${this.owner.account}:role/${name}`;
  }

  async role(RoleName: string, AssumeRolePolicyDocument: string, policy: string): Promise<void> {
    await this.site.iam(this.owner).send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
    await this.rolePolicy(RoleName, policy);
  }

  async rolePolicy(RoleName: string, PolicyDocument: string): Promise<void> {
    await this.site
      .iam(this.owner)
      .send(new PutRolePolicyCommand({ RoleName, PolicyName: 'own', PolicyDocument }));
  }

  async bucket(Bucket: string, versioned = true): Promise<void> {
    await this.s3.send(new s3.CreateBucketCommand({ Bucket }));
    if (versioned) await this.enableVersioning(Bucket);
  }

  /** Without versioning. */
  async bucketAfar(Bucket: string): Promise<void> {
    const CreateBucketConfiguration = { LocationConstraint: AFAR } as const;
    await this.site
      .s3(this.owner, AFAR)
      .send(new s3.CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
  }

  async enableVersioning(Bucket: string): Promise<void> {
    await this.s3.send(
      new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
    );
  }

  async replicate(Bucket: string, ...Rules: readonly s3.ReplicationRule[]): Promise<void> {
    const ReplicationConfiguration = { Role: this.roleArn('replicate'), Rules: [...Rules] };
    await this.s3.send(new s3.PutBucketReplicationCommand({ Bucket, ReplicationConfiguration }));
  }

  async put(
    Bucket: string,
    Key: string,
    Body: string | Uint8Array = Key,
  ): Promise<s3.PutObjectCommandOutput> {
    return await this.s3.send(new s3.PutObjectCommand({ Bucket, Key, Body }));
  }

  /** @returns the id of the marker, where no version is named. */
  async remove(Bucket: string, Key: string, VersionId?: string): Promise<string | undefined> {
    return (await this.s3.send(new s3.DeleteObjectCommand({ Bucket, Key, VersionId }))).VersionId;
  }

  async head(Bucket: string, Key: string, VersionId?: string): Promise<s3.HeadObjectCommandOutput> {
    return await this.s3.send(new s3.HeadObjectCommand({ Bucket, Key, VersionId }));
  }

  async status(Bucket: string, Key: string, VersionId?: string): Promise<string | undefined> {
    return (await this.head(Bucket, Key, VersionId)).ReplicationStatus;
  }

  /** Every version and marker, each as one text, oldest first for each key. */
  async versions(Bucket: string): Promise<string[]> {
    const list = await this.s3.send(new s3.ListObjectVersionsCommand({ Bucket }));
    return [
      ...(list.Versions ?? []).map(
        ({ Key, VersionId, ETag, LastModified }) =>
          `${Key} ${VersionId} ${ETag} ${LastModified?.toISOString()}`,
      ),
      ...(list.DeleteMarkers ?? []).map(({ Key, VersionId }) => `${Key} ${VersionId} deleted`),
    ].toSorted();
  }

  async until(bucket: string, key: string, status: string): Promise<void> {
    const look = () => this.status(bucket, key).catch(() => undefined);
    await expect.poll(look, { timeout: UNTIL_MS_MAX, interval: LOOK_AGAIN_MS }).toBe(status);
  }

  // --- Jobs ---

  /** A job that need not be confirmed, with a report of all tasks, over what is eligible in `source`. */
  request(more: JobOptions = {}): s3control.CreateJobCommandInput {
    const { filter, source = 'source', ...input } = more;
    return {
      AccountId: this.owner.account,
      ConfirmationRequired: false,
      Operation: { S3ReplicateObject: {} },
      Report: REPORT,
      Priority: 10,
      RoleArn: this.roleArn('batch'),
      ...(input.Manifest === undefined && {
        ManifestGenerator: {
          S3JobManifestGenerator: {
            SourceBucket: `arn:aws:s3:::${source}`,
            EnableManifestOutput: false,
            Filter: { EligibleForReplication: true, ...filter },
          },
        },
      }),
      ...input,
    };
  }

  async createJob(more: JobOptions = {}): Promise<string> {
    const { JobId } = await this.control.send(new s3control.CreateJobCommand(this.request(more)));
    return JobId ?? '';
  }

  /** Stores a CSV manifest of these rows. */
  async manifest(
    rows: readonly (readonly string[])[],
    Fields: s3control.JobManifestFieldName[] = ['Bucket', 'Key'],
  ): Promise<s3control.JobManifest> {
    const text = rows.map((row) => `${row.join(',')}\n`).join('');
    const { ETag } = await this.put('reports', 'manifest.csv', text);
    return {
      Spec: { Format: 'S3BatchOperations_CSV_20180820', Fields },
      Location: { ObjectArn: 'arn:aws:s3:::reports/manifest.csv', ETag },
    };
  }

  async describe(JobId: string): Promise<s3control.JobDescriptor> {
    const described = { AccountId: this.owner.account, JobId };
    const { Job } = await this.control.send(new s3control.DescribeJobCommand(described));
    return Job ?? {};
  }

  async update(JobId: string, RequestedJobStatus: s3control.RequestedJobStatus): Promise<string | undefined> {
    const asked = { AccountId: this.owner.account, JobId, RequestedJobStatus };
    return (await this.control.send(new s3control.UpdateJobStatusCommand(asked))).Status;
  }

  /** Polls until the job is in one of these states.
   * @throws Error when it ends in another one. */
  async reached(jobId: string, ...statuses: readonly JobStatus[]): Promise<s3control.JobDescriptor> {
    const endMs = Date.now() + UNTIL_MS_MAX;
    for (;;) {
      const job = await this.describe(jobId);
      if (statuses.some((status) => status === job.Status)) return job;
      const ended = ['Complete', 'Cancelled', 'Failed'].includes(job.Status ?? '');
      if (ended || Date.now() > endMs) {
        const why = JSON.stringify(job.FailureReasons ?? []);
        throw new Error(`not ${statuses.join(', ')}: ${await this.states(jobId)} ${why}`);
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }

  /** Every state that the job entered. */
  async states(jobId: string): Promise<string> {
    const described = await describeJob(this.store, jobId);
    return (described?.states ?? []).map(({ status }) => status).join(' ');
  }

  /** Total, succeeded, failed. */
  async numbers(jobId: string): Promise<(number | undefined)[]> {
    const { ProgressSummary: progress } = await this.describe(jobId);
    return [progress?.TotalNumberOfTasks, progress?.NumberOfTasksSucceeded, progress?.NumberOfTasksFailed];
  }

  async #text(Key: string): Promise<string> {
    const { Body } = await this.s3.send(new s3.GetObjectCommand({ Bucket: 'reports', Key }));
    return (await Body?.transformToString()) ?? '';
  }

  /** The job's report; undefined where there is none. What it says of itself (checksums, keys, files) is checked. */
  async report(jobId: string, prefix = ''): Promise<Report | undefined> {
    const folder = `${prefix}job-${jobId}/`;
    const { Contents = [] } = await this.s3.send(
      new s3.ListObjectsV2Command({ Bucket: 'reports', Prefix: folder }),
    );
    const keys = Contents.map(({ Key = '' }) => Key);
    if (keys.length === 0) return undefined;
    const text = await this.#text(`${folder}manifest.json`);
    expect(await this.#text(`${folder}manifest.json.md5`)).toBe(`${md5(text)}\n`);
    const { Format, ReportCreationDate, Results, ReportSchema } = JSON.parse(text) as {
      readonly Format: string;
      readonly ReportCreationDate: string;
      readonly Results: readonly Record<'TaskExecutionStatus' | 'Bucket' | 'MD5Checksum' | 'Key', string>[];
      readonly ReportSchema: string;
    };
    expect(Format).toBe('Report_CSV_20180820');
    expect(ReportCreationDate).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
    expect(ReportSchema).toBe('Bucket, Key, VersionId, TaskStatus, ErrorCode, HTTPStatusCode, ResultMessage');
    expect(keys.toSorted()).toEqual(
      [`${folder}manifest.json`, `${folder}manifest.json.md5`, ...Results.map(({ Key }) => Key)].toSorted(),
    );
    const lines: ReportLine[] = [];
    for (const { TaskExecutionStatus: outcome, Bucket, MD5Checksum, Key } of Results) {
      expect(Key).toMatch(new RegExp(`^${folder}results/[0-9a-f]{40}\\.csv$`));
      expect(Bucket).toBe('reports');
      const csv = await this.#text(Key);
      expect(md5(csv)).toBe(MD5Checksum);
      const ofFile = csv.trimEnd().split('\n').map(lineOf);
      expect(ofFile.every((line) => line.outcome === outcome)).toBe(true);
      lines.push(...ofFile);
    }
    return { files: Results.map((result) => result.TaskExecutionStatus), lines };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.site[Symbol.asyncDispose]();
    expect(this.site.faults).toEqual([]);
    expect(await verifyCounters(this.store)).toEqual([]);
  }
}

export function allow(Action: string, Resource = '*'): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action, Resource } });
}

export function deny(Action: string, Resource: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: '*', Resource: '*' },
      { Effect: 'Deny', Action, Resource },
    ],
  });
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

/** Keys are percent-encoded: only the message may be quoted. */
function lineOf(line: string): ReportLine {
  const [bucket = '', key = '', versionId = '', outcome = '', httpStatus = '', code = ''] = line.split(',');
  return { bucket, key, versionId, outcome, httpStatus, code };
}
