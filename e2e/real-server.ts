import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { holdfast, type RunningServer, startServer } from '../scripts/demo/server.ts';
import { HOME_REGION, type Keys, sha256 } from '../scripts/demo/world.ts';
import { answers, type CommandResult } from '../src/testing/real-command.ts';

/** A whole server in its own process for all tests of a file, as the real clients of the other files see it. */
export interface RealServer {
  readonly endpoint: string;
  /** `localhost:9000`, for clients that take it apart. */
  readonly host: string;
  readonly port: string;
  readonly owner: Keys;
  /** A folder for the test's files; gone afterwards. */
  readonly folder: string;
  /** Root of a further account. */
  account(name: string): Keys;
}

export function realServer(): RealServer {
  let started: { readonly server: RunningServer; readonly folder: string } | undefined;
  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-client-'));
    started = { folder, server: await startServer(join(folder, 'data')) };
  });
  afterAll(async () => {
    if (started === undefined) return;
    await started.server.stop();
    rmSync(started.folder, { recursive: true, force: true });
  });
  const current = () => {
    if (started === undefined) throw new Error('the server starts with the first test');
    return started;
  };
  return {
    get endpoint() {
      return current().server.endpoint;
    },
    get host() {
      return new URL(current().server.endpoint).host;
    },
    get port() {
      return new URL(current().server.endpoint).port;
    },
    get owner() {
      return current().server.owner;
    },
    get folder() {
      return current().folder;
    },
    account(name) {
      const { server } = current();
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the command's own test looks at
      const created = holdfast(server.endpoint, server.owner, ['account', 'create', name, '--json']) as {
        readonly account: { readonly id: string };
        readonly accessKey: { readonly accessKeyId: string; readonly secretAccessKey: string };
      };
      return { account: created.account.id, ...created.accessKey };
    },
  };
}

/** Variables with which every AWS tool finds `keys` and nothing else of this machine. */
export function awsEnvironment(folder: string, keys: Keys): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    AWS_DEFAULT_REGION: HOME_REGION,
    AWS_CONFIG_FILE: join(folder, 'aws-config'),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'aws-credentials'),
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_PAGER: '',
  };
}

/** The generations of the aws command that are installed here; at least the one that is meant to be. */
export function awsCommands(): readonly string[] {
  const others = ['/usr/bin/aws', '/usr/local/bin/aws'].filter((path) => answers(path));
  return answers('aws') ? [...new Set(['aws', ...others])] : ['aws'];
}

/** Runs and demands success. @throws Error with what the command said */
export async function succeed(running: Promise<CommandResult>): Promise<string> {
  const { code, stdout, stderr } = await running;
  if (code !== 0) throw new Error(`exit code ${code}: ${stderr}${stdout}`);
  return stdout;
}

/** A folder as people have them: odd names, an empty file, and one large enough for several parts. */
export function writeSampleFolder(folder: string, largeBytes: number): void {
  mkdirSync(join(folder, 'sub', 'deeper'), { recursive: true });
  writeFileSync(join(folder, 'empty'), '');
  writeFileSync(join(folder, 'with space + plus & ümlaut.txt'), 'one\n');
  writeFileSync(join(folder, 'sub', 'two.txt'), 'two\n');
  writeFileSync(join(folder, 'sub', 'deeper', '100% (sure)=?.txt'), 'three\n');
  const large = Buffer.alloc(largeBytes);
  for (let offset = 0; offset + 4 <= largeBytes; offset += 4)
    large.writeUInt32LE((offset * 2_654_435_761) >>> 0, offset);
  writeFileSync(join(folder, 'sub', 'large.bin'), large);
}

/** Every file below a folder by its relative path, with the hash of its bytes. */
export function filesBelow(folder: string): Map<string, string> {
  const found = readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
  return new Map(found.map((path) => [relative(folder, path), sha256(readFileSync(path))]));
}
