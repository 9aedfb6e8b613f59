import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import * as s3 from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { composeReplication } from '../src/compose-replication.ts';
import type { Logger } from '../src/lib/logger.ts';
import { silentLogger } from '../src/lib/logger.ts';
import { statusReport } from '../src/replication/status-report.ts';
import { verifyCounters } from '../src/replication/verify-counters.ts';
import type { ReplicationWorker } from '../src/replication/worker.ts';
import { intents } from '../src/store/tables/intents.ts';
import { rolePolicy, ruleTo, TRUST } from '../src/testing/replication-fixture.ts';
import { startTestSite, type TestKeys, type TestSite } from '../src/testing/test-site.ts';

// Only so that a hang ends.
const SETTLED_MS_MAX = 60_000;
const LOOK_AGAIN_MS = 10;
const HOME = 'us-east-1';
export const FAR = 'ap-south-1';

/** Two accounts, two regions and a role, told what to do by SDK clients only. `source` and `destination` exist. */
export class ReplicationWorld implements AsyncDisposable {
  readonly test: TestSite;
  readonly partner: TestKeys;
  #workers: readonly ReplicationWorker[] = [];
  readonly #clients = new Map<string, s3.S3Client>();
  readonly #logger: Logger;
  readonly #places = new Map<string, { readonly region: string; readonly keys: TestKeys }>();
  #sentinels = 0;

  private constructor(test: TestSite, partner: TestKeys, logger: Logger) {
    this.test = test;
    this.partner = partner;
    this.#logger = logger;
  }

  static async start(logger: Logger = silentLogger): Promise<ReplicationWorld> {
    const test = await startTestSite({ replicate: false, logger });
    const world = new ReplicationWorld(test, await test.createAccount('partner'), logger);
    await world.role('replicate', rolePolicy('*', ['*']));
    await world.bucket('source');
    await world.bucket('destination', { region: FAR });
    await world.bucket('watched');
    await world.bucket('arrivals', { region: FAR });
    await world.replicate('watched', ruleTo('arrivals'));
    world.resume();
    return world;
  }

  /** Nothing is delivered from when this returns until `resume`. */
  async hold(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop()));
  }

  resume(): void {
    this.#workers = composeReplication(this.test.site, { logger: this.#logger });
    for (const worker of this.#workers) worker.start();
  }

  roleArn(name: string): string {
    return `arn:aws:iam::${this.test.owner.account}:role/${name}`;
  }

  async role(RoleName: string, policy: string): Promise<void> {
    const iam = this.test.iam();
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST }));
    await this.rolePolicy(RoleName, policy);
  }

  async rolePolicy(RoleName: string, PolicyDocument: string): Promise<void> {
    await this.test
      .iam()
      .send(new PutRolePolicyCommand({ RoleName, PolicyName: 'replicate', PolicyDocument }));
  }

  /** A user of the first account with one managed policy. */
  async user(UserName: string, PolicyArn: string): Promise<TestKeys> {
    const iam = this.test.iam();
    await iam.send(new CreateUserCommand({ UserName }));
    await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {};
    return { account: this.test.owner.account, accessKeyId, secretAccessKey };
  }

  async bucket(
    name: string,
    {
      region = HOME,
      keys = this.test.owner,
      versioning = 'Enabled',
    }: { region?: string; keys?: TestKeys; versioning?: 'Enabled' | 'Suspended' | 'none' } = {},
  ): Promise<void> {
    this.#places.set(name, { region, keys });
    const LocationConstraint = region as s3.BucketLocationConstraint;
    const placed = region === HOME ? {} : { CreateBucketConfiguration: { LocationConstraint } };
    await this.s3(name).send(new s3.CreateBucketCommand({ Bucket: name, ...placed }));
    if (versioning !== 'none') await this.versioning(name, versioning);
  }

  async versioning(Bucket: string, Status: 'Enabled' | 'Suspended'): Promise<void> {
    await this.s3(Bucket).send(
      new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }),
    );
  }

  /** A client of the bucket's owner in its region. */
  s3(bucket: string): s3.S3Client {
    const { region, keys } = this.#places.get(bucket) ?? { region: HOME, keys: this.test.owner };
    const name = `${region} ${keys.accessKeyId}`;
    const client = this.#clients.get(name) ?? this.test.s3(keys, region);
    this.#clients.set(name, client);
    return client;
  }

  async replicate(Bucket: string, ...Rules: readonly s3.ReplicationRule[]): Promise<void> {
    await this.s3(Bucket).send(
      new s3.PutBucketReplicationCommand({
        Bucket,
        ReplicationConfiguration: { Role: this.roleArn('replicate'), Rules: [...Rules] },
      }),
    );
  }

  /** The version id. */
  async put(Bucket: string, Key: string, more: Partial<s3.PutObjectCommandInput> = {}): Promise<string> {
    const { VersionId } = await this.s3(Bucket).send(
      new s3.PutObjectCommand({ Bucket, Key, Body: Key, ...more }),
    );
    return VersionId ?? '';
  }

  async tag(Bucket: string, Key: string, tags: Readonly<Record<string, string>>): Promise<void> {
    const TagSet = Object.entries(tags).map(([TagKey, Value]) => ({ Key: TagKey, Value }));
    await this.s3(Bucket).send(new s3.PutObjectTaggingCommand({ Bucket, Key, Tagging: { TagSet } }));
  }

  async tags(Bucket: string, Key: string): Promise<Readonly<Record<string, string>>> {
    const { TagSet = [] } = await this.s3(Bucket).send(new s3.GetObjectTaggingCommand({ Bucket, Key }));
    return Object.fromEntries(TagSet.map((tag) => [tag.Key ?? '', tag.Value ?? '']));
  }

  /** The id of the marker, or of the version that was removed. */
  async remove(Bucket: string, Key: string, VersionId?: string): Promise<string> {
    const answer = await this.s3(Bucket).send(
      new s3.DeleteObjectCommand({ Bucket, Key, ...(VersionId !== undefined && { VersionId }) }),
    );
    return answer.VersionId ?? '';
  }

  async head(Bucket: string, Key: string, more: Partial<s3.HeadObjectCommandInput> = {}) {
    return await this.s3(Bucket).send(
      new s3.HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED', ...more }),
    );
  }

  async status(Bucket: string, Key: string): Promise<string | undefined> {
    return (await this.head(Bucket, Key)).ReplicationStatus;
  }

  async text(Bucket: string, Key: string): Promise<string | undefined> {
    const { Body } = await this.s3(Bucket).send(new s3.GetObjectCommand({ Bucket, Key }));
    return await Body?.transformToString();
  }

  async readAs(keys: TestKeys, Bucket: string, Key: string): Promise<string | undefined> {
    const client = this.test.s3(keys);
    const { Body } = await client.send(new s3.GetObjectCommand({ Bucket, Key }));
    return await Body?.transformToString();
  }

  /** Keys with their version ids, markers with a cross before, in the order of ListObjectVersions for each kind. */
  async versions(Bucket: string): Promise<string[]> {
    const list = await this.s3(Bucket).send(new s3.ListObjectVersionsCommand({ Bucket }));
    return [
      ...(list.Versions ?? []).map(({ Key, VersionId }) => `${Key} ${VersionId}`),
      ...(list.DeleteMarkers ?? []).map(({ Key, VersionId }) => `x ${Key} ${VersionId}`),
    ];
  }

  async keys(Bucket: string): Promise<(string | undefined)[]> {
    const { Versions = [] } = await this.s3(Bucket).send(new s3.ListObjectVersionsCommand({ Bucket }));
    return Versions.map(({ Key }) => Key);
  }

  /** Parked operations of a bucket by AWS's failure code. */
  async failures(bucket: string): Promise<Readonly<Record<string, number>>> {
    const { buckets } = await statusReport(this.test.site.site, { bucket });
    return Object.assign({}, ...(buckets[0]?.rules ?? []).map(({ failed }) => failed));
  }

  /** Returns when everything accepted until now is delivered or given up, and a later object has arrived elsewhere:
   * what is not there now does not come. */
  async settled(): Promise<void> {
    await this.#nothingWaits();
    this.#sentinels += 1;
    const sentinel = `sentinel-${this.#sentinels}`;
    await this.put('watched', sentinel);
    await expect
      .poll(() => this.status('watched', sentinel), { timeout: SETTLED_MS_MAX, interval: LOOK_AGAIN_MS })
      .toBe('COMPLETED');
    expect(await this.status('arrivals', sentinel)).toBe('REPLICA');
    await this.#nothingWaits();
  }

  /** Returns once the object has failed for good: for as long as the role is of no use to `settled` either. */
  async failed(bucket: string, key: string): Promise<void> {
    await this.#nothingWaits();
    expect(await this.status(bucket, key)).toBe('FAILED');
  }

  async #nothingWaits(): Promise<void> {
    const waiting = async () => {
      const { buckets } = await statusReport(this.test.site.site);
      const counted = buckets.flatMap(({ rules }) => rules).map(({ pendingCount }) => pendingCount);
      const regions = [...this.test.site.site.regions.values()];
      const rows = await Promise.all(regions.map(({ store }) => store.range(intents.range())));
      return rows.flat().length + counted.reduce((sum, count) => sum + count, 0);
    };
    await expect.poll(waiting, { timeout: SETTLED_MS_MAX, interval: LOOK_AGAIN_MS }).toBe(0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.hold();
    await this.test[Symbol.asyncDispose]();
    for (const { store } of this.test.site.site.regions.values()) {
      expect(await verifyCounters(store)).toEqual([]);
    }
    expect(this.test.faults).toEqual([]);
  }
}
