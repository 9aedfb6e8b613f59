import { createHash } from 'node:crypto';
import { GetRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  GetBucketReplicationCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
} from '@aws-sdk/client-s3';
import type { Ledger } from './ledger.ts';
import { forEachAtOnce, listVersions, type Place, type PresentVersion } from './list-versions.ts';
import { type FurnishStep, REPLICA, ROLE, SOURCE, type World } from './world.ts';

export interface Findings {
  /** Acknowledged operations that were compared with the server. */
  checked: number;
  /** What was acknowledged and is not there, or there and wrong: one sentence each. */
  readonly lost: string[];
}

/** Compares everything that the client was told with what the server holds now; and reads every version that is
 * there, acknowledged or not: a version without its bytes is a loss, too. */
export async function verifyAcknowledged(world: World, ledger: Ledger, prefix = ''): Promise<Findings> {
  const findings: Findings = { checked: 0, lost: [] };
  await verifyFurniture(world, ledger, findings);
  const written = ledger.entries.some(
    ({ operation, acknowledged }) => operation.kind !== 'furnish' && acknowledged !== undefined,
  );
  if (!written) return findings;
  const present = await listVersions(world.source, prefix);
  const lost = (what: string) => findings.lost.push(what);
  verifyPresence(ledger, present, findings);
  const bodies = bodiesAsked(ledger);
  const tags = tagsAsked(ledger);
  await forEachAtOnce(present.values(), async (version) => {
    if (version.etag === 'marker') return;
    const hash = await bodyHash(world.source, version).catch(
      (error: unknown) => `unreadable: ${String(error)}`,
    );
    if (!(bodies.get(version.key)?.has(hash) ?? false)) lost(`${version.key} ${version.versionId}: ${hash}`);
    const asked = tags.get(version.versionId);
    if (asked === undefined) return;
    const value = await tagOf(world.source, version);
    if (asked.values.indexOf(value) < asked.lastAcknowledged) lost(`${version.key}: the tag is "${value}"`);
  });
  await verifyConfiguration(world.source, ledger, findings);
  return findings;
}

/** What must be there is, what must be gone is. */
function verifyPresence(
  ledger: Ledger,
  present: ReadonlyMap<string, PresentVersion>,
  findings: Findings,
): void {
  // One that was asked to go may be gone, acknowledged or not.
  const removed = new Set(
    ledger.entries.flatMap(({ operation }) =>
      operation.kind === 'delete-version' ? [operation.versionId] : [],
    ),
  );
  for (const { operation, acknowledged } of ledger.entries) {
    if (acknowledged === undefined || operation.kind === 'furnish') continue;
    findings.checked += 1;
    const versionId = acknowledged.versionId ?? '';
    const lost = (what: string) =>
      findings.lost.push(`${operation.kind} ${JSON.stringify(operation)}: ${what}`);
    if (operation.kind === 'delete-version') {
      if (present.has(operation.versionId)) lost('the version came back');
    } else if (
      operation.kind === 'put' ||
      operation.kind === 'multipart' ||
      operation.kind === 'delete-marker'
    ) {
      if (!removed.has(versionId) && !present.has(versionId)) lost(`version ${versionId} is gone`);
    }
  }
}

/** By key, the hashes of all bodies that were ever sent there. */
function bodiesAsked(ledger: Ledger): ReadonlyMap<string, ReadonlySet<string>> {
  const bodies = new Map<string, Set<string>>();
  for (const { operation } of ledger.entries) {
    if (operation.kind !== 'put' && operation.kind !== 'multipart') continue;
    const known = bodies.get(operation.key) ?? new Set();
    bodies.set(operation.key, known.add(operation.sha256));
  }
  return bodies;
}

/** By version, the tags in the order in which they were asked for, and which of them is the least to expect. */
function tagsAsked(
  ledger: Ledger,
): ReadonlyMap<string, { readonly values: readonly string[]; readonly lastAcknowledged: number }> {
  const tags = new Map<string, { values: string[]; lastAcknowledged: number }>();
  for (const { operation, acknowledged } of ledger.entries) {
    if (operation.kind !== 'tag') continue;
    // Before the first one there is none, which reads as an empty value.
    const asked = tags.get(operation.versionId) ?? { values: [''], lastAcknowledged: 0 };
    asked.values.push(operation.value);
    if (acknowledged !== undefined) asked.lastAcknowledged = asked.values.length - 1;
    tags.set(operation.versionId, asked);
  }
  return tags;
}

export async function bodyHash(
  { client, bucket }: Place,
  { key, versionId }: PresentVersion,
): Promise<string> {
  const { Body } = await client.send(
    new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }),
  );
  const digest = createHash('sha256');
  for await (const chunk of Body as AsyncIterable<Uint8Array>) digest.update(chunk);
  return digest.digest('hex');
}

export async function tagOf({ client, bucket }: Place, { key, versionId }: PresentVersion): Promise<string> {
  const { TagSet } = await client.send(
    new GetObjectTaggingCommand({ Bucket: bucket, Key: key, VersionId: versionId }),
  );
  return TagSet?.[0]?.Value ?? '';
}

/** Configuration calls of several workers overlap: what is there must be one after whose end no other began that was
 * acknowledged. */
async function verifyConfiguration(
  { client, bucket }: Place,
  ledger: Ledger,
  findings: Findings,
): Promise<void> {
  const entries = ledger.entries.filter(({ operation }) => operation.kind === 'configure');
  const newest = Math.max(
    ...entries.map((entry) => (entry.acknowledged === undefined ? -1 : entry.begunAt)),
    -1,
  );
  if (newest === -1) return;
  const answer = await client.send(new GetBucketTaggingCommand({ Bucket: bucket })).catch(() => undefined);
  const value = answer?.TagSet?.[0]?.Value;
  const found = entries.find(({ operation }) => operation.kind === 'configure' && operation.value === value);
  if (found === undefined || (found.acknowledged !== undefined && found.acknowledged.at < newest))
    findings.lost.push(`bucket tagging is "${value ?? 'not set'}"`);
}

async function verifyFurniture(world: World, ledger: Ledger, findings: Findings): Promise<void> {
  for (const { operation, acknowledged } of ledger.entries) {
    if (operation.kind !== 'furnish' || acknowledged === undefined) continue;
    findings.checked += 1;
    const there = await FURNITURE[operation.step](world).catch((error: unknown) => String(error));
    if (there !== true) findings.lost.push(`${operation.step}: ${String(there)}`);
  }
}

const FURNITURE: Readonly<Record<FurnishStep, (world: World) => Promise<boolean>>> = {
  source: ({ source: { client } }) => client.send(new HeadBucketCommand({ Bucket: SOURCE })).then(() => true),
  replica: ({ replica: { client } }) =>
    client.send(new HeadBucketCommand({ Bucket: REPLICA })).then(() => true),
  'source-versioning': ({ source }) => isVersioned(source),
  'replica-versioning': ({ replica }) => isVersioned(replica),
  role: ({ iam }) => hasRolePolicy(iam, true),
  'role-policy': ({ iam }) => hasRolePolicy(iam, false),
  replication: ({ source: { client } }) =>
    client.send(new GetBucketReplicationCommand({ Bucket: SOURCE })).then(() => true),
};

async function isVersioned({ client, bucket }: Place): Promise<boolean> {
  return (await client.send(new GetBucketVersioningCommand({ Bucket: bucket }))).Status === 'Enabled';
}

/** A role without that policy says NoSuchEntity of the policy, an absent role of the role. */
async function hasRolePolicy(iam: World['iam'], roleIsEnough: boolean): Promise<boolean> {
  try {
    await iam.send(new GetRolePolicyCommand({ RoleName: ROLE, PolicyName: 'replication' }));
    return true;
  } catch (error) {
    if (roleIsEnough && error instanceof Error && /policy/i.test(error.message)) return true;
    throw error;
  }
}
