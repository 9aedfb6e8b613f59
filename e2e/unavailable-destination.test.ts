import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Ledger } from '../scripts/trust/ledger.ts';
import { freePort, ROOT_KEYS, Server } from '../scripts/trust/server.ts';
import { REPLICA, SOURCE, World } from '../scripts/trust/world.ts';

/** The disk of one region goes away and comes back, below a running process, and its operator sees it. */
const TEST_MS_MAX = 120_000;
const folder = mkdtempSync(join(tmpdir(), 'holdfast-unavailable-'));
const data = join(folder, 'data');
const [blobs, away] = [join(data, 'regions', 'ap-south-1', 'blobs'), join(folder, 'away')];
const MASTER_KEY = Buffer.alloc(32, 'k').toString('base64');
let server: Server;
let world: World;

beforeAll(async () => {
  server = new Server({
    data,
    port: await freePort(),
    flags: ['--log-level', 'debug'],
    environment: { HOLDFAST_MASTER_KEY: MASTER_KEY },
  });
  await server.ready();
  world = new World(server.endpoint);
  await world.furnish(new Ledger());
}, TEST_MS_MAX);
afterAll(async () => {
  await server.kill();
  rmSync(folder, { recursive: true, force: true });
});

const metrics = async () => await (await fetch(`${server.endpoint}/_holdfast/metrics`)).text();
const LINE = `holdfast_replication_destination_unavailable{destination="${REPLICA}"} 1`;

it('shows in the status and in the metrics, fails nothing, and catches up', {
  timeout: TEST_MS_MAX,
}, async () => {
  const { client } = world.source;
  const on = { Bucket: SOURCE, Key: 'large' };
  // Beyond what travels inside a commit, so that it needs a file.
  const Body = Buffer.alloc(300_000, 'bytes-that-are-nobodys-business');
  expect(await metrics()).not.toContain('destination_unavailable{');
  renameSync(blobs, away);
  await client.send(new PutObjectCommand({ ...on, Body }));
  const patience = { timeout: TEST_MS_MAX / 2, interval: 100 };
  await expect
    .poll(async () => (await world.status(false)).unavailable, patience)
    .toEqual([{ destination: REPLICA, reason: expect.stringContaining('ENOENT') }]);
  expect(await metrics()).toContain(LINE);
  expect((await client.send(new HeadObjectCommand(on))).ReplicationStatus).toBe('PENDING');
  const [rule] = (await world.status(false)).buckets.find(({ bucket }) => bucket === SOURCE)?.rules ?? [];
  expect(rule).toMatchObject({ pendingCount: 1, failed: {} });

  renameSync(away, blobs);
  expect(await world.settled()).toEqual({ wrong: [], parked: 0 });
  expect((await client.send(new HeadObjectCommand(on))).ReplicationStatus).toBe('COMPLETED');
  const replica = await world.replica.client.send(new GetObjectCommand({ Bucket: REPLICA, Key: 'large' }));
  expect(Buffer.from((await replica.Body?.transformToByteArray()) ?? []).equals(Body)).toBe(true);
  expect((await world.status(false)).unavailable).toEqual([]);
  expect(await metrics()).not.toContain('destination_unavailable{');

  await server.kill('SIGTERM');
  const said = server.output + server.complaint;
  expect(said).toContain('destination-unavailable');
  expect(said).toContain('destination is reachable again');
  for (const secret of [ROOT_KEYS.secretAccessKey, MASTER_KEY, 'bytes-that-are-nobodys', 'Signature']) {
    expect(said).not.toContain(secret);
  }
});
