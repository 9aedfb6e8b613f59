import { createHash } from 'node:crypto';
import {
  GetBucketTaggingCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { Ledger } from './ledger.ts';

export interface Findings {
  /** Acknowledged operations that were compared with the server. */
  checked: number;
  /** What was acknowledged and is not there, or there and wrong: one sentence each. */
  readonly lost: string[];
}

/** Compares everything that the client was told with what the server holds now. */
export async function verifyAcknowledged(
  client: S3Client,
  bucket: string,
  ledger: Ledger,
): Promise<Findings> {
  const findings: Findings = { checked: 0, lost: [] };
  const present = await listVersions(client, bucket);
  const removed = new Set(
    ledger.entries.flatMap(({ operation }) =>
      operation.kind === 'delete-version' ? [operation.versionId] : [],
    ),
  );
  for (const { operation, acknowledged } of ledger.entries) {
    if (acknowledged === undefined) continue;
    findings.checked += 1;
    const lost = (what: string) =>
      findings.lost.push(`${operation.kind} ${JSON.stringify(operation)}: ${what}`);
    switch (operation.kind) {
      case 'put':
      case 'multipart': {
        const versionId = acknowledged.versionId ?? '';
        if (removed.has(versionId)) break;
        if (!present.has(versionId)) lost(`version ${versionId} is gone`);
        else if ((await bodyHash(client, bucket, operation.key, versionId)) !== operation.sha256)
          lost('other bytes');
        break;
      }
      case 'delete-marker':
        if (!present.has(acknowledged.versionId ?? '')) lost('the marker is gone');
        break;
      case 'delete-version':
        if (present.has(operation.versionId)) lost('the version came back');
        break;
      case 'tag':
        if (!removed.has(operation.versionId)) await verifyTag(client, bucket, ledger, operation, lost);
        break;
      case 'configure':
        break;
      default:
        operation satisfies never;
    }
  }
  await verifyConfiguration(client, bucket, ledger, findings);
  return findings;
}

/** Every version and marker of the source is at the destination under the same id, and nothing else is. */
export async function verifyReplicas(
  source: { readonly client: S3Client; readonly bucket: string },
  destination: { readonly client: S3Client; readonly bucket: string },
): Promise<Findings> {
  const [here, there] = await Promise.all([
    listVersions(source.client, source.bucket),
    listVersions(destination.client, destination.bucket),
  ]);
  const findings: Findings = { checked: here.size, lost: [] };
  for (const [versionId, { key, etag }] of here) {
    const replica = there.get(versionId);
    if (replica === undefined) findings.lost.push(`${key} ${versionId} did not arrive`);
    else if (replica.etag !== etag) findings.lost.push(`${key} ${versionId} arrived with another ETag`);
  }
  return findings;
}

async function listVersions(client: S3Client, bucket: string) {
  const found = new Map<string, { key: string; etag: string }>();
  let markers: { KeyMarker?: string; VersionIdMarker?: string } | undefined = {};
  while (markers !== undefined) {
    const page: ListObjectVersionsCommandOutput = await client.send(
      new ListObjectVersionsCommand({ Bucket: bucket, ...markers }),
    );
    for (const { Key, VersionId, ETag } of page.Versions ?? []) {
      found.set(VersionId ?? '', { key: Key ?? '', etag: ETag ?? '' });
    }
    for (const { Key, VersionId } of page.DeleteMarkers ?? []) {
      found.set(VersionId ?? '', { key: Key ?? '', etag: 'marker' });
    }
    markers =
      page.IsTruncated === true
        ? {
            ...(page.NextKeyMarker !== undefined && { KeyMarker: page.NextKeyMarker }),
            ...(page.NextVersionIdMarker !== undefined && { VersionIdMarker: page.NextVersionIdMarker }),
          }
        : undefined;
  }
  return found;
}

async function bodyHash(client: S3Client, bucket: string, key: string, versionId: string): Promise<string> {
  const { Body } = await client.send(
    new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }),
  );
  const digest = createHash('sha256');
  for await (const chunk of Body as AsyncIterable<Uint8Array>) digest.update(chunk);
  return digest.digest('hex');
}

/** The last acknowledged tag of that version, or one that was asked for later. */
async function verifyTag(
  client: S3Client,
  bucket: string,
  ledger: Ledger,
  operation: { readonly key: string; readonly versionId: string; readonly value: string },
  lost: (what: string) => void,
): Promise<void> {
  const { TagSet } = await client.send(
    new GetObjectTaggingCommand({ Bucket: bucket, Key: operation.key, VersionId: operation.versionId }),
  );
  const value = TagSet?.[0]?.Value ?? '';
  const asked = ledger.entries.flatMap(({ operation: other }) =>
    other.kind === 'tag' && other.versionId === operation.versionId ? [other.value] : [],
  );
  if (asked.indexOf(value) < asked.indexOf(operation.value)) lost(`the tag is "${value}"`);
}

/** Configuration calls of several workers overlap: what is there must be one that could have come last. */
async function verifyConfiguration(
  client: S3Client,
  bucket: string,
  ledger: Ledger,
  findings: Findings,
): Promise<void> {
  const entries = ledger.entries.filter(({ operation }) => operation.kind === 'configure');
  if (!entries.some(({ acknowledged }) => acknowledged !== undefined)) return;
  const answer = await client.send(new GetBucketTaggingCommand({ Bucket: bucket })).catch(() => undefined);
  const value = answer?.TagSet?.[0]?.Value;
  const asked = entries.map(({ operation }) =>
    operation.kind === 'configure' ? String(operation.value) : '',
  );
  if (value === undefined || !asked.includes(value))
    findings.lost.push(`bucket tagging is "${value ?? 'not set'}"`);
}
