import { readFileSync } from 'node:fs';
import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import {
  ARCHIVE,
  FAR_REGION,
  HOME_REGION,
  PARTNER,
  REPLICA,
  SOURCE,
  s3,
  sha256,
  type World,
} from './world.ts';

/** How long the slowest file may take on a slow machine before the demo calls it a failure. */
const ARRIVAL_MS_MAX = 120_000;
const POLL_MS = 100;

export interface Progress {
  readonly total: number;
  readonly completed: number;
  readonly pending: number;
  readonly failed: number;
}

/** Polls HeadObject at the source until no upload is PENDING, telling every change. */
export async function followReplication(world: World, show: (progress: Progress) => void): Promise<Progress> {
  const client = s3(world, world.owner, HOME_REGION);
  const settled = new Map<string, string>();
  for (let waitedMs = 0; ; waitedMs += POLL_MS) {
    for (const { key } of world.uploads) {
      if (settled.has(key)) continue;
      const { ReplicationStatus } = await client.send(new HeadObjectCommand({ Bucket: SOURCE, Key: key }));
      if (ReplicationStatus !== 'PENDING') settled.set(key, ReplicationStatus ?? 'none');
    }
    const completed = [...settled.values()].filter((status) => status === 'COMPLETED').length;
    const progress = {
      total: world.uploads.length,
      completed,
      pending: world.uploads.length - settled.size,
      failed: settled.size - completed,
    };
    show(progress);
    if (progress.pending === 0 || waitedMs >= ARRIVAL_MS_MAX) return progress;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

export interface Row {
  readonly key: string;
  readonly bytes: number;
  readonly source: string;
  readonly replica: string;
  readonly partner: string;
  /** What differs; empty when all is as promised. */
  readonly differences: readonly string[];
}

/** Compares every upload by downloaded body, version id and HeadObject at the source and both destinations. */
export async function judge(world: World): Promise<Row[]> {
  const rows: Row[] = [];
  for (const upload of world.uploads) rows.push(await judgeOne(world, upload.key, readFileSync(upload.path)));
  return rows;
}

/** How many of the uploads are in the archive at all. */
export async function countArchived(world: World): Promise<number> {
  const sides = await Promise.all(world.uploads.map(({ key }) => look(world, ARCHIVE, key)));
  return sides.filter(({ status }) => status === 'REPLICA').length;
}

/** What differs between an upload and its copy in the archive; empty when all is as promised. */
export async function judgeArchive(world: World): Promise<string[]> {
  const differences: string[] = [];
  for (const { key, path } of world.uploads) {
    const source = await look(world, SOURCE, key);
    const archived = await look(world, ARCHIVE, key);
    const expected = {
      ...source,
      status: 'REPLICA',
      sha256: sha256(readFileSync(path)),
      storageClass: 'STANDARD_IA',
    };
    for (const [what, value] of Object.entries(expected)) {
      const found = archived[what as keyof typeof archived];
      if (found !== value) differences.push(`${what} of ${key} in the archive is ${found}, not ${value}`);
    }
  }
  return differences;
}

async function judgeOne(world: World, key: string, sent: Buffer): Promise<Row> {
  const wanted = sha256(sent);
  const source = await look(world, SOURCE, key);
  const replica = await look(world, REPLICA, key);
  const partner = await look(world, PARTNER, key);
  const differences: string[] = [];
  const expectEqual = (what: string, found: unknown, expected: unknown) => {
    if (found !== expected) differences.push(`${what} is ${String(found)}, not ${String(expected)}`);
  };
  expectEqual('status at the source', source.status, 'COMPLETED');
  for (const [name, side] of Object.entries({ source, replica, partner })) {
    expectEqual(`body at the ${name}`, side.sha256, wanted);
    expectEqual(`ETag at the ${name}`, side.etag, source.etag);
    expectEqual(`version id at the ${name}`, side.versionId, source.versionId);
    expectEqual(`Last-Modified at the ${name}`, side.lastModified, source.lastModified);
    if (side !== source) expectEqual(`status at the ${name}`, side.status, 'REPLICA');
  }
  return {
    key,
    bytes: sent.length,
    source: source.status,
    replica: replica.status,
    partner: partner.status,
    differences,
  };
}

async function look(world: World, bucket: string, key: string) {
  const client =
    bucket === SOURCE
      ? s3(world, world.owner, HOME_REGION)
      : s3(world, bucket === PARTNER ? world.partner : world.owner, FAR_REGION);
  try {
    const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
    return {
      status: head.ReplicationStatus ?? 'none',
      sha256: sha256(bytes),
      etag: head.ETag,
      versionId: head.VersionId,
      lastModified: head.LastModified?.getTime(),
      storageClass: head.StorageClass,
    };
  } catch (error) {
    const missing = `missing (${(error as Error).name})`;
    return {
      status: missing,
      sha256: missing,
      etag: missing,
      versionId: missing,
      lastModified: 0,
      storageClass: missing,
    };
  }
}
