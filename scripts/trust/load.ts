import { createHash, randomBytes } from 'node:crypto';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  PutBucketTaggingCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { Ledger } from './ledger.ts';

/** A mixed load on one bucket: small and large PUTs, multipart uploads, both kinds of delete, tags, configuration. */
export interface LoadOptions {
  readonly client: S3Client;
  readonly bucket: string;
  readonly ledger: Ledger;
  readonly workers: number;
  readonly operationsMax: number;
  /** Ends the load early; what is under way then stays unacknowledged. */
  readonly signal: AbortSignal;
  /** So that several loads never share a key. */
  readonly round: number;
  /** One multipart upload in so many operations. */
  readonly multipartEach?: number;
}

const KEYS_PER_WORKER = 12;
const MULTIPART_EACH = 61;
const PART_BYTES = 5 * 1024 * 1024;
// Inline in the commit, just beyond, and files of their own; the last is hashed by a thread.
const SIZES = [0, 300, 4096, 9000, 300, 70_000, 4096, 1_200_000, 9000];

export async function runLoad(options: LoadOptions): Promise<void> {
  let begun = 0;
  const next = () => (options.signal.aborted || begun >= options.operationsMax ? undefined : begun++);
  await Promise.all(Array.from({ length: options.workers }, (_, worker) => work(options, worker, next)));
}

async function work(options: LoadOptions, worker: number, next: () => number | undefined): Promise<void> {
  const versions: { key: string; versionId: string }[] = [];
  for (let step = next(); step !== undefined; step = next()) {
    const key = `${options.round}/${worker}/${step % KEYS_PER_WORKER}`;
    const victim = versions[step % Math.max(1, versions.length)];
    try {
      const made = await operate(options, step, key, victim);
      if (made !== undefined) versions.push({ key, versionId: made });
      if (victim !== undefined && isDeleteVersion(step)) versions.splice(versions.indexOf(victim), 1);
    } catch {
      // Not acknowledged: the ledger knows. After a kill every call ends here.
      if (options.signal.aborted) return;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

const isDeleteVersion = (step: number) => step % 11 === 7;

/** Gives the version id of what was written, where something was. */
async function operate(
  options: LoadOptions,
  step: number,
  key: string,
  victim: { key: string; versionId: string } | undefined,
): Promise<string | undefined> {
  const { client, bucket, ledger, signal } = options;
  const send = { abortSignal: signal };
  if (isDeleteVersion(step) && victim !== undefined) {
    const entry = ledger.begin({ kind: 'delete-version', ...victim });
    const answer = await client.send(
      new DeleteObjectCommand({ Bucket: bucket, Key: victim.key, VersionId: victim.versionId }),
      send,
    );
    ledger.acknowledge(entry, answer);
    return undefined;
  }
  if (step % 13 === 5) {
    const entry = ledger.begin({ kind: 'delete-marker', key });
    const answer = await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }), send);
    ledger.acknowledge(entry, answer);
    return undefined;
  }
  if (step % 17 === 3 && victim !== undefined) {
    const entry = ledger.begin({ kind: 'tag', ...victim, value: String(step) });
    const Tagging = { TagSet: [{ Key: 'step', Value: String(step) }] };
    const answer = await client.send(
      new PutObjectTaggingCommand({ Bucket: bucket, Key: victim.key, VersionId: victim.versionId, Tagging }),
      send,
    );
    ledger.acknowledge(entry, answer);
    return undefined;
  }
  if (step % 29 === 11) {
    const value = `${options.round}-${step}`;
    const entry = ledger.begin({ kind: 'configure', value });
    const Tagging = { TagSet: [{ Key: 'step', Value: value }] };
    ledger.acknowledge(
      entry,
      await client.send(new PutBucketTaggingCommand({ Bucket: bucket, Tagging }), send),
    );
    return undefined;
  }
  return step % (options.multipartEach ?? MULTIPART_EACH) === 19
    ? await multipart(options, key)
    : await put(options, key, SIZES[step % SIZES.length] ?? 0);
}

async function put({ client, bucket, ledger, signal }: LoadOptions, key: string, size: number) {
  const body = randomBytes(size);
  const entry = ledger.begin({ kind: 'put', key, sha256: sha256(body), size });
  const answer = await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }), {
    abortSignal: signal,
  });
  return ledger.acknowledge(entry, answer);
}

async function multipart({ client, bucket, ledger, signal }: LoadOptions, key: string) {
  const send = { abortSignal: signal };
  const parts = [randomBytes(PART_BYTES), randomBytes(1000)];
  const whole = Buffer.concat(parts);
  const target = { Bucket: bucket, Key: key };
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(target), send);
  const Parts: { ETag?: string; PartNumber: number; ChecksumCRC32?: string }[] = [];
  for (const [index, Body] of parts.entries()) {
    const PartNumber = index + 1;
    const { ETag } = await client.send(
      new UploadPartCommand({ ...target, UploadId, PartNumber, Body }),
      send,
    );
    Parts.push({ ...(ETag !== undefined && { ETag }), PartNumber });
  }
  const entry = ledger.begin({ kind: 'multipart', key, sha256: sha256(whole), size: whole.length });
  const answer = await client.send(
    new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts } }),
    send,
  );
  return ledger.acknowledge(entry, answer);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
