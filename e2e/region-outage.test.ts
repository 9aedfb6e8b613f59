import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutBucketReplicationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { Ledger } from '../scripts/trust/ledger.ts';
import { freePort, Server } from '../scripts/trust/server.ts';
import { verifyReplicas } from '../scripts/trust/verify-replicas.ts';
import { REPLICA, SOURCE, World } from '../scripts/trust/world.ts';
import { SiteDisks } from '../src/testing/memory-site.ts';
import { fillDisk, mountSmallDisk } from '../src/testing/small-disk.ts';
import { startTestSite } from '../src/testing/test-site.ts';

/** One region's storage refuses; the others go on, nothing fails for good, and afterwards it catches up. */
const TEST_MS_MAX = 150_000;
const PATIENCE = { timeout: 60_000, interval: 100 };

describe('a region whose storage refuses reads and writes', { timeout: TEST_MS_MAX }, () => {
  it('holds up no other destination, fails nothing, and catches up', async () => {
    let broken = false;
    const disks = new SiteDisks(['us-east-1', 'ap-south-1', 'eu-west-1']);
    await using site = await startTestSite({
      disks,
      faults: (name) =>
        name === 'ap-south-1'
          ? { commit: () => (broken ? 'unavailable' : undefined), read: () => broken }
          : {},
    });
    const source = site.s3();
    const places = { near: 'us-east-1', far: 'ap-south-1', other: 'eu-west-1' } as const;
    for (const [Bucket, region] of Object.entries(places)) {
      const client = site.s3(site.owner, region);
      const location =
        region === 'us-east-1' ? {} : { CreateBucketConfiguration: { LocationConstraint: region } };
      await client.send(new CreateBucketCommand({ Bucket, ...location }));
      const VersioningConfiguration = { Status: 'Enabled' } as const;
      await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    }
    await replicateTo(site, ['far', 'other']);
    const put = (Key: string) => source.send(new PutObjectCommand({ Bucket: 'near', Key, Body: Key }));
    const statusOf = async (Key: string) =>
      (await source.send(new HeadObjectCommand({ Bucket: 'near', Key }))).ReplicationStatus;
    const replicaOf = async (Bucket: 'far' | 'other', Key: string) => {
      const client = site.s3(site.owner, places[Bucket]);
      return await client.send(new GetObjectCommand({ Bucket, Key })).then(
        async ({ Body }) => await Body?.transformToString(),
        (error: unknown) => (error as Error).name,
      );
    };
    await put('before');
    await expect.poll(() => statusOf('before'), PATIENCE).toBe('COMPLETED');

    broken = true;
    const keys = Array.from({ length: 20 }, (_, index) => `during-${index}`);
    await Promise.all(keys.map(put));
    for (const key of keys) await expect.poll(() => replicaOf('other', key), PATIENCE).toBe(key);
    expect(new Set(await Promise.all(keys.map(statusOf)))).toEqual(new Set(['PENDING']));
    const refusal = site
      .s3(site.owner, 'ap-south-1')
      .send(new PutObjectCommand({ Bucket: 'far', Key: 'direct' }));
    await expect(refusal).rejects.toMatchObject({ name: 'ServiceUnavailable' });

    broken = false;
    for (const key of keys) await expect.poll(() => statusOf(key), PATIENCE).toBe('COMPLETED');
    for (const key of keys) expect(await replicaOf('far', key)).toBe(key);
  });
});

async function replicateTo(
  site: Awaited<ReturnType<typeof startTestSite>>,
  buckets: readonly string[],
): Promise<void> {
  const statement = (Action: string[], Resource: string) => ({ Effect: 'Allow', Action, Resource });
  await site.iam().send(
    new CreateRoleCommand({
      RoleName: 'copying',
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' }, Action: 'sts:AssumeRole' },
        ],
      }),
    }),
  );
  await site.iam().send(
    new PutRolePolicyCommand({
      RoleName: 'copying',
      PolicyName: 'copying',
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [statement(['s3:Get*', 's3:List*', 's3:Replicate*'], '*')],
      }),
    }),
  );
  await site.s3().send(
    new PutBucketReplicationCommand({
      Bucket: 'near',
      ReplicationConfiguration: {
        Role: `arn:aws:iam::${site.owner.account}:role/copying`,
        Rules: buckets.map((bucket, index) => ({
          ID: bucket,
          Status: 'Enabled',
          Priority: index + 1,
          Filter: {},
          DeleteMarkerReplication: { Status: 'Enabled' },
          Destination: { Bucket: `arn:aws:s3:::${bucket}` },
        })),
      },
    }),
  );
}

/** A real, small file system, where this machine lets us mount one. */
const disk = mkdtempSync(join(tmpdir(), 'holdfast-region-'));
const data = mkdtempSync(join(tmpdir(), 'holdfast-outage-'));
const mounted = mountSmallDisk(disk, 'size=128m');
const filler = join(disk, 'filler');
let server: Server | undefined;

afterEach(async () => {
  await server?.kill();
  if (mounted) spawnSync('mount', ['-o', 'remount,rw', disk]);
  rmSync(filler, { force: true });
});
afterAll(() => {
  if (mounted) spawnSync('umount', [disk]);
  for (const folder of [disk, data]) rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(!mounted)('a region on a real file system', { timeout: TEST_MS_MAX }, () => {
  const readiness = async (world: World) => (await fetch(`${world.endpoint}/_holdfast/health/ready`)).status;

  it('that is full refuses clearly, still deletes, and recovers by itself; a read-only one refuses to start', async () => {
    const regions = `us-east-1,ap-south-1=${join(disk, 'region')}`;
    const flags = ['--regions', regions, '--log-level', 'error'];
    server = new Server({ data: join(data, 'site'), port: await freePort(), flags });
    await server.ready();
    const world = new World(server.endpoint);
    await world.furnish(new Ledger());
    const far = world.replica.client;
    const put = (place: World['source'], Key: string) =>
      place.client.send(new PutObjectCommand({ Bucket: place.bucket, Key, Body: Buffer.alloc(9000, Key) }));
    await put(world.replica, 'old');
    await put(world.source, 'early');
    expect(await world.settled()).toEqual({ wrong: [], parked: 0 });

    const refuses = async (name: string) => {
      await expect.poll(() => readiness(world), PATIENCE).toBe(503);
      await expect(put(world.replica, `${name}-refused`)).rejects.toMatchObject({
        name: 'ServiceUnavailable',
        $metadata: { httpStatusCode: 503 },
      });
      await far.send(new DeleteObjectCommand({ Bucket: REPLICA, Key: 'old' }));
      for (let index = 0; index < 10; index += 1) await put(world.source, `${name}-${index}`);
      const { buckets } = await world.status(false);
      const [rule] = buckets.find(({ bucket }) => bucket === SOURCE)?.rules ?? [];
      expect(rule).toMatchObject({ pendingCount: 10, failed: {} });
    };
    const recovered = async (name: string) => {
      await expect.poll(() => readiness(world), PATIENCE).toBe(200);
      expect(await world.settled()).toEqual({ wrong: [], parked: 0 });
      expect((await verifyReplicas(world)).lost).toEqual([]);
      await put(world.replica, `${name}-again`);
    };

    fillDisk(filler);
    await refuses('full');
    rmSync(filler);
    await recovered('full');

    expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null });

    // Linux turns no file system read-only below a process that writes to it; one may be found so at a start.
    expect(spawnSync('mount', ['-o', 'remount,ro', disk]).status).toBe(0);
    const options = { data: join(data, 'site'), port: await freePort(), flags };
    server = new Server(options);
    expect((await server.ended).code).toBe(1);
    expect(server.complaint).toMatch(/^holdfast: [^\n]*region[^\n]*read-only[^\n]*\.\n$/i);
    expect(spawnSync('mount', ['-o', 'remount,rw', disk]).status).toBe(0);
    server = new Server(options);
    await server.ready();
    world.close();
  });
});
