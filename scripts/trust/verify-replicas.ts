import { createHash } from 'node:crypto';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { forEachAtOnce, listVersions, type PresentVersion } from './list-versions.ts';
import { type Findings, tagOf } from './verify.ts';
import type { World } from './world.ts';

/** Every version and marker of the source is at the destination under the same id, with the same bytes and tags, and
 * both sides say so. */
export async function verifyReplicas(world: World): Promise<Findings> {
  const [here, there] = await Promise.all([listVersions(world.source), listVersions(world.replica)]);
  const findings: Findings = { checked: here.size, lost: [] };
  await forEachAtOnce(here.values(), async (version) => {
    const name = `${version.key} ${version.versionId}`;
    const replica = there.get(version.versionId);
    if (replica === undefined) findings.lost.push(`${name} did not arrive`);
    else if (replica.etag !== version.etag) findings.lost.push(`${name} arrived with another ETag`);
    else if (version.etag !== 'marker') findings.lost.push(...(await differences(world, version)));
  });
  return findings;
}

async function differences(world: World, version: PresentVersion): Promise<string[]> {
  const [one, other, tag, replicaTag] = await Promise.all([
    readVersion(world.source, version),
    readVersion(world.replica, version),
    tagOf(world.source, version),
    tagOf(world.replica, version),
  ]);
  const name = `${version.key} ${version.versionId}`;
  return [
    ...(one.hash === other.hash ? [] : [`${name} arrived with other bytes`]),
    ...(tag === replicaTag ? [] : [`${name} has the tag "${tag}", its replica "${replicaTag}"`]),
    ...(one.status === 'COMPLETED' ? [] : [`${name} is ${one.status ?? 'without status'}`]),
    ...(other.status === 'REPLICA' ? [] : [`the replica of ${name} is ${other.status ?? 'without status'}`]),
  ];
}

async function readVersion({ client, bucket }: World['source'], { key, versionId }: PresentVersion) {
  const { Body, ReplicationStatus } = await client.send(
    new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }),
  );
  const digest = createHash('sha256');
  for await (const chunk of Body as AsyncIterable<Uint8Array>) digest.update(chunk);
  return { hash: digest.digest('hex'), status: ReplicationStatus };
}
