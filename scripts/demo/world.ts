import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { IAMClient } from '@aws-sdk/client-iam';
import { S3Client } from '@aws-sdk/client-s3';
import { S3ControlClient } from '@aws-sdk/client-s3-control';
import { s3ControlEndpoint } from '../../src/command-line/s3control-endpoint.ts';

/** The names of the walk-through, the same in examples/, in the printed commands and in the test that runs them. */
export const SOURCE = 'holdfast-source';
export const REPLICA = 'holdfast-replica';
export const PARTNER = 'holdfast-partner';
export const ARCHIVE = 'holdfast-archive';
export const REPORTS = 'holdfast-reports';
export const ROLE = 'holdfast-replication';
export const BATCH_ROLE = 'holdfast-batch';
export const HOME_REGION = 'us-east-1';
export const FAR_REGION = 'ap-south-1';

export const projectRoot = fileURLToPath(new URL('../..', import.meta.url));

export interface Keys {
  readonly account: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface Upload {
  readonly key: string;
  readonly path: string;
}

export interface World {
  readonly endpoint: string;
  readonly owner: Keys;
  readonly partner: Keys;
  /** Where documents with account ids filled in, and the large file, lie. */
  readonly workFolder: string;
  readonly uploads: readonly Upload[];
}

export function s3(world: World, keys: Keys, region: string): S3Client {
  return new S3Client({ endpoint: world.endpoint, region, forcePathStyle: true, credentials: keys });
}

export function iam(world: World, keys: Keys): IAMClient {
  return new IAMClient({ endpoint: world.endpoint, region: HOME_REGION, credentials: keys });
}

export function s3Control(world: World): S3ControlClient {
  return new S3ControlClient({
    credentials: world.owner,
    ...s3ControlEndpoint(world.endpoint, HOME_REGION),
  });
}

/** A document of examples/ with this run's account ids. */
export function exampleDocument(name: string, world: Pick<World, 'owner' | 'partner'>): string {
  return readFileSync(join(projectRoot, 'examples', name), 'utf8')
    .replaceAll('ACCOUNT', world.owner.account)
    .replaceAll('PARTNER', world.partner.account);
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
