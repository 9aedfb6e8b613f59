import { join } from 'node:path';
import {
  CreateBucketCommand,
  HeadObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { HOME_REGION, type Keys, projectRoot } from '../scripts/demo/world.ts';
import { type CommandResult, runCommand } from '../src/testing/real-command.ts';
import { awsEnvironment, type RealServer, succeed } from './real-server.ts';

const ARRIVAL_MS_MAX = 60_000;

/** `holdfast ...` as somebody types it who is no terminal, and the buckets that it is about. */
export class CommandLineWorld {
  readonly #server: RealServer;

  constructor(server: RealServer) {
    this.#server = server;
  }

  run(words: readonly string[], keys: Keys = this.#server.owner): Promise<CommandResult> {
    return runCommand(
      process.execPath,
      [join(projectRoot, 'src/main.ts'), ...words],
      {
        NO_COLOR: '1',
        TZ: 'UTC',
        ...awsEnvironment(this.#server.folder, keys),
        AWS_ENDPOINT_URL: this.#server.endpoint,
      },
      this.#server.folder,
    );
  }

  said(...words: string[]): Promise<string> {
    return succeed(this.run(words));
  }

  async json(...words: string[]): Promise<unknown> {
    return JSON.parse(await this.said(...words, '--json'));
  }

  /** What the command says where it refuses, and its exit code. */
  async refused(...words: string[]): Promise<Pick<CommandResult, 'code' | 'stderr'>> {
    const { code, stderr, stdout } = await this.run(words);
    expect(stdout).toBe('');
    return { code, stderr };
  }

  s3(keys: Keys = this.#server.owner, region: string = HOME_REGION): S3Client {
    return new S3Client({
      endpoint: this.#server.endpoint,
      region,
      forcePathStyle: true,
      credentials: keys,
    });
  }

  async bucket(
    name: string,
    options: { readonly versioned?: boolean; readonly keys?: Keys } = {},
  ): Promise<void> {
    const { versioned = true, keys } = options;
    await this.s3(keys).send(new CreateBucketCommand({ Bucket: name }));
    if (!versioned) return;
    await this.s3(keys).send(
      new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration: { Status: 'Enabled' } }),
    );
  }

  async put(bucket: string, key: string, body = key): Promise<string> {
    const { VersionId } = await this.s3().send(
      new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }),
    );
    return VersionId ?? '';
  }

  async status(bucket: string, key: string, keys?: Keys): Promise<string | undefined> {
    const head = await this.s3(keys).send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    return head.ReplicationStatus;
  }

  /** Live replication, whatever it comes to. */
  settled(bucket: string, key: string): Promise<string | undefined> {
    const isOver = (status: string | undefined) => status !== 'PENDING';
    return expect
      .poll(() => this.status(bucket, key), { timeout: ARRIVAL_MS_MAX, interval: 50 })
      .toSatisfy(isOver)
      .then(() => this.status(bucket, key));
  }
}
