import type { ReplicationRule } from '@aws-sdk/client-s3';
import { putVersioning } from '../buckets/versioning.ts';
import { createAccount } from '../identity/accounts.ts';
import { putInlinePolicy } from '../identity/inline-policies.ts';
import { createRole } from '../identity/roles.ts';
import { deleteObject } from '../objects/delete-object.ts';
import { type ListedVersion, listVersions } from '../objects/list-versions.ts';
import { putObjectTags } from '../objects/object-tags.ts';
import { putObject, type Tags } from '../objects/put-object.ts';
import { readObject } from '../objects/read-object.ts';
import { putReplicationConfiguration } from '../replication/put-configuration.ts';
import { verifyCounters } from '../replication/verify-counters.ts';
import { parkedIntents } from '../store/tables/intents.ts';
import { type MemorySite, openMemorySite } from './memory-site.ts';
import { SeededRandom } from './seeded-random.ts';
import type { SimulatedClock } from './simulated-clock.ts';

export const ACCOUNT = '111122223333';
export const OTHER_ACCOUNT = '444455556666';
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/replicate`;

export const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});

/** The classic recipe, as in examples/. */
export function rolePolicy(source: string, destinations: readonly string[]): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['s3:Get*', 's3:ListBucket'],
        Resource: [`arn:aws:s3:::${source}`, `arn:aws:s3:::${source}/*`],
      },
      {
        Effect: 'Allow',
        Action: [
          's3:ReplicateObject',
          's3:ReplicateDelete',
          's3:ReplicateTags',
          's3:GetObjectVersionTagging',
        ],
        Resource: destinations.map((name) => `arn:aws:s3:::${name}/*`),
      },
    ],
  });
}

/** What a client would do through the API, on a site in memory. */
export class ReplicationFixture {
  site: MemorySite;

  constructor(site: MemorySite) {
    this.site = site;
  }

  /** Starts the site anew on its disks, with these regions alone; its workers are still to be started. */
  async reopen(clock: SimulatedClock, regions: MemorySite['disks']['regions'], seed: number): Promise<void> {
    for (const worker of this.site.workers) await worker.stop();
    const { global } = this.site.disks;
    const options = { clock, random: new SeededRandom(seed), disks: { global, regions } };
    this.site = await clock.run(openMemorySite(options));
  }

  async accounts(): Promise<void> {
    await createAccount(this.site.identity, { name: 'one', id: ACCOUNT });
    await createAccount(this.site.identity, { name: 'other', id: OTHER_ACCOUNT });
  }

  async role(policy: string, trustPolicy = TRUST): Promise<void> {
    await createRole(this.site.identity, ACCOUNT, { roleName: 'replicate', trustPolicy });
    await this.rolePolicy(policy);
  }

  async rolePolicy(policy: string): Promise<void> {
    await putInlinePolicy(this.site.identity, 'role', ACCOUNT, 'replicate', 'replicate', policy);
  }

  async bucket(
    name: string,
    options: { region?: string; owner?: string; versioned?: boolean } = {},
  ): Promise<void> {
    const { region = 'us-east-1', owner = ACCOUNT, versioned = true } = options;
    const bucket = await this.site.buckets.create({ name, region, owner });
    if (versioned) await putVersioning(this.site.buckets, bucket, 'Enabled');
  }

  async replicate(source: string, ...rules: readonly ReplicationRule[]): Promise<void> {
    await putReplicationConfiguration(
      { buckets: this.site.buckets, random: this.site.site.random, mayPassRole: () => Promise.resolve() },
      await this.site.buckets.require(source),
      { Role: ROLE, Rules: [...rules] },
    );
  }

  async put(bucket: string, key: string, body = key, tags: Tags = []): Promise<string> {
    const written = await putObject(this.site.objects, await this.site.buckets.require(bucket), {
      key,
      tags,
      metadata: { from: bucket },
      body: { chunks: [Buffer.from(body)], sizeBytes: Buffer.byteLength(body) },
    });
    return written.version.versionId;
  }

  async tag(bucket: string, key: string, tags: Tags, versionId?: string): Promise<void> {
    await putObjectTags(this.site.objects, await this.site.buckets.require(bucket), {
      key,
      tags,
      ...(versionId === undefined ? {} : { versionId }),
    });
  }

  async remove(bucket: string, key: string, versionId?: string): Promise<string | undefined> {
    const removed = await deleteObject(this.site.objects, await this.site.buckets.require(bucket), {
      key,
      ...(versionId === undefined ? {} : { versionId }),
    });
    return removed.versionId;
  }

  /** Undefined where the key has no such version, or its newest is a marker. */
  async read(bucket: string, key: string, versionId?: string) {
    try {
      const found = await readObject(this.site.objects, await this.site.buckets.require(bucket), {
        key,
        ...(versionId === undefined ? {} : { versionId }),
      });
      const chunks: Buffer[] = [];
      if (Buffer.isBuffer(found.body)) chunks.push(found.body);
      else for await (const chunk of found.body) chunks.push(chunk);
      return { ...found, text: Buffer.concat(chunks).toString() };
    } catch (error) {
      if (error instanceof Error && 'status' in error && (error.status === 404 || error.status === 405))
        return undefined;
      throw error;
    }
  }

  async status(bucket: string, key: string, versionId?: string): Promise<string | undefined> {
    return (await this.read(bucket, key, versionId))?.replicationStatus;
  }

  /** Of what is parked in a region, in the order of its table. */
  async failureCodes(region = 'us-east-1'): Promise<(string | undefined)[]> {
    const rows = (await this.site.site.regions.get(region)?.store.range(parkedIntents.range())) ?? [];
    return rows.map((row) => parkedIntents.decode(row).failureCode);
  }

  /** Counters of any region that are not as what they count. */
  async wrongCounters(): Promise<readonly object[]> {
    const regions = [...this.site.site.regions.values()];
    return (await Promise.all(regions.map(({ store }) => verifyCounters(store)))).flat();
  }

  /** Every version and marker of up to 1,000, in the order of ListObjectVersions. */
  async versions(bucket: string): Promise<readonly ListedVersion[]> {
    const page = await listVersions(this.site.objects, await this.site.buckets.require(bucket), {
      entriesMax: 1000,
    });
    return page.versions;
  }
}

/** A site whose workers run, with a versioned bucket `source` here and `destination` in the other region, and the role
 * between them; there is no rule yet. */
export async function replicatingSite(clock: SimulatedClock): Promise<ReplicationFixture> {
  const s3 = new ReplicationFixture(await openMemorySite({ clock, random: new SeededRandom(1) }));
  await s3.accounts();
  await s3.bucket('source');
  await s3.bucket('destination', { region: 'ap-south-1' });
  await s3.role(rolePolicy('source', ['destination', 'second', 'third']));
  for (const worker of s3.site.workers) worker.start();
  return s3;
}

/** A V2 rule that takes everything. */
export function ruleTo(destination: string, more: Partial<ReplicationRule> = {}): ReplicationRule {
  return {
    ID: `to-${destination}`,
    Priority: 1,
    Filter: {},
    Status: 'Enabled',
    DeleteMarkerReplication: { Status: 'Enabled' },
    Destination: { Bucket: `arn:aws:s3:::${destination}` },
    ...more,
  };
}
