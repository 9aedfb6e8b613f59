import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../scripts/demo/world.ts';
import { type CommandResult, runCommand } from '../src/testing/real-command.ts';
import { awsEnvironment, realServer, succeed } from './real-server.ts';

// `holdfast COMMAND` as a person types it: what it says, and its exit code.

const TEST_MS_MAX = 60_000;
// What a terminal shows without breaking lines.
const WIDTH_MAX = 120;
const server = realServer();
const home = mkdtempSync(join(tmpdir(), 'holdfast-command-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const bare = (words: readonly string[], environment: Record<string, string> = {}): Promise<CommandResult> =>
  runCommand(
    process.execPath,
    [join(projectRoot, 'src/main.ts'), ...words],
    { NO_COLOR: '1', ...environment },
    home,
  );
const signed = (words: readonly string[], keys: Keys = server.owner): Promise<CommandResult> =>
  bare(words, {
    ...awsEnvironment(home, { account: '', ...keys }),
    AWS_ENDPOINT_URL: server.endpoint,
  });
const said = (...words: string[]): Promise<string> => succeed(signed(words));
const json = async (...words: string[]): Promise<unknown> => JSON.parse(await said(...words, '--json'));
const ANY_KEYS = { AWS_ACCESS_KEY_ID: 'AKIAANY', AWS_SECRET_ACCESS_KEY: 'any' };
const COMMANDS = ['serve', 'status', 'account', 'access-key', 'master-key', 'rule', 'jobs', 'env'];

describe('help', { timeout: TEST_MS_MAX }, () => {
  it('names every command, and each command explains itself', async () => {
    const overview = await succeed(bare(['--help']));
    for (const command of COMMANDS) {
      expect(overview).toContain(`  ${command} `);
      const help = await succeed(bare([command, '--help']));
      expect(help).toMatch(new RegExp(`^holdfast ${command} `));
      expect(help.split('\n').filter((line) => line.length > WIDTH_MAX)).toEqual([]);
    }
    expect(await succeed(bare(['--version']))).toMatch(/^holdfast \d+\.\d+\.\d+\n$/);
  });

  it('through npm start', async () => {
    const help = await succeed(
      runCommand(process.execPath, [join(projectRoot, 'scripts/run.mjs'), 'start', '--', '--help']),
    );
    expect(help).toContain('--port NUMBER');
    expect(help).toContain('HOLDFAST_REGIONS');
  });

  it.each<[string, string[], string]>([
    ['an unknown command', ['nothing'], 'holdfast: there is no command "nothing". See holdfast --help.\n'],
    ['an unknown flag', ['env', '--nothing'], "holdfast: Unknown option '--nothing'.\n"],
    [
      'half a command',
      ['account'],
      'holdfast: Type holdfast account create NAME, or holdfast account list.\n',
    ],
    ['a word too much', ['env', 'extra'], 'holdfast: Type holdfast env, and no word after it but options.\n'],
    [
      'a value for a flag',
      ['env', '--profile', 'x'],
      'holdfast: Type holdfast env, and no word after it but options.\n',
    ],
    [
      "another verb's option",
      ['access-key', 'disable', 'KEY', '--account', '111122223333'],
      'holdfast: holdfast access-key disable takes no --account.\n',
    ],
    ['a filter of a list', ['jobs', '--prefix', 'foo'], 'holdfast: holdfast jobs takes no --prefix.\n'],
    [
      'a filter of a job that is there',
      ['jobs', 'run', 'ID', '--filter', 'failed'],
      'holdfast: holdfast jobs run takes no --filter.\n',
    ],
    [
      'a report of no job',
      ['rule', 'create', 'a', 'b', '--report-bucket', 'c'],
      'holdfast: --report-bucket is for the job of --batch: type both, or neither.\n',
    ],
    [
      'an option without its value',
      ['status', '--endpoint', '-x'],
      "holdfast: Option '--endpoint' argument is ambiguous.\n",
    ],
    [
      'a value of serve',
      ['serve', '--workers', 'many'],
      'holdfast: --workers must be a whole number from 1 to 64, not "many".\n',
    ],
    [
      'a flag of serve',
      ['serve', '--nonsense'],
      "holdfast: Unknown option '--nonsense'. See holdfast serve --help.\n",
    ],
    [
      'an endpoint that is no URL',
      ['env', '--endpoint', 'localhost:9000'],
      'holdfast: --endpoint is a URL such as http://localhost:9000, not "localhost:9000".\n',
    ],
  ])('%s is a sentence and exit code 2', async (_name, words, complaint) => {
    expect(await bare(words, ANY_KEYS)).toEqual({ code: 2, stdout: '', stderr: complaint });
  });

  it('no server and wrong keys are a sentence and exit code 1', async () => {
    const nowhere = await signed(['status', '--endpoint', 'http://127.0.0.1:9']);
    expect(nowhere).toEqual({
      code: 1,
      stdout: '',
      stderr: 'holdfast: No server answers at http://127.0.0.1:9.\n',
    });
    const wrong = await signed(['status'], { ...server.owner, secretAccessKey: 'another' });
    expect(wrong).toMatchObject({ code: 1, stdout: '' });
    expect(wrong.stderr).toMatch(/^holdfast: SignatureDoesNotMatch: .*\(403 from http:.*\)\n$/);
  });
});

describe('env', { timeout: TEST_MS_MAX }, () => {
  it('repeats what the shell has', async () => {
    const { accessKeyId, secretAccessKey } = server.owner;
    const lines = `export AWS_ENDPOINT_URL=${server.endpoint}\nexport AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1\nexport AWS_ACCESS_KEY_ID=${accessKeyId}\nexport AWS_SECRET_ACCESS_KEY=${secretAccessKey}\n`;
    expect(await said('env')).toBe(lines);
    const profile = await said('env', '--profile');
    expect(profile).toContain(`[profile holdfast]\nregion = us-east-1\nendpoint_url = ${server.endpoint}\n`);
    expect(profile).toContain(`[holdfast]\naws_access_key_id = ${accessKeyId}\n`);
  });

  it('a value is never a command', async () => {
    const secret = 'pa$HOME `touch x`; "quoted"\'s';
    const keys = { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: 'to ken' };
    const lines = await succeed(bare(['env'], keys));
    const shown = `${lines}printf '%s\\n' "$AWS_SECRET_ACCESS_KEY" "$AWS_SESSION_TOKEN"`;
    expect(await succeed(runCommand('/bin/sh', ['-c', shown]))).toBe(`${secret}\nto ken\n`);
  });

  it('finds the key that the first start wrote', async () => {
    writeFileSync(
      join(home, 'root-access-key'),
      'export AWS_ACCESS_KEY_ID=AKIAWRITTEN\nexport AWS_SECRET_ACCESS_KEY=writ/ten+\n',
    );
    const found = await succeed(bare(['env', '--data', home]));
    expect(found).toBe(
      'export AWS_ENDPOINT_URL=http://localhost:9000\nexport AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1\nexport AWS_ACCESS_KEY_ID=AKIAWRITTEN\nexport AWS_SECRET_ACCESS_KEY=writ/ten+\n',
    );
    expect((await bare(['env', '--data', join(home, 'nowhere')])).stderr).toMatch(
      /^holdfast: There is no .*root-access-key: /,
    );
    expect((await bare(['env'])).stderr).toMatch(
      /^holdfast: Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: /,
    );
  });
});

describe('status', { timeout: TEST_MS_MAX }, () => {
  it('shows version, disks, buckets, and verified counters', async () => {
    const { accessKeyId, secretAccessKey } = server.owner;
    const client = new S3Client({
      endpoint: server.endpoint,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId, secretAccessKey },
    });
    await client.send(new CreateBucketCommand({ Bucket: 'shown' }));
    await client.send(new PutObjectCommand({ Bucket: 'shown', Key: 'key', Body: 'x'.repeat(2048) }));
    const screen = await said('status', '--verify');
    expect(screen).toMatch(/^Holdfast \d+\.\d+\.\d+, up /);
    expect(screen).toMatch(/^us-east-1 +\S+ \w+ free of \S+ \w+ +\//m);
    expect(screen).toMatch(/^shown +us-east-1 +1 version, 2\.0 KiB$/m);
    expect(screen).toContain('Every counter equals the rows it counts.');
    expect(await json('status', 'shown')).toMatchObject({
      buckets: [{ bucket: 'shown', versions: 1, bytes: 2048 }],
    });
    const absent = { code: 1, stdout: '', stderr: 'holdfast: There is no bucket not-there.\n' };
    expect(await signed(['status', 'not-there'])).toEqual(absent);
  });
});

describe('output', { timeout: TEST_MS_MAX }, () => {
  const main = join(projectRoot, 'src/main.ts');
  const inShell = (script: string) =>
    runCommand('/bin/bash', ['-c', `set -o pipefail; ${script}`], {
      ...awsEnvironment(home, server.owner),
      AWS_ENDPOINT_URL: server.endpoint,
      HOLDFAST: `${process.execPath} ${main}`,
    });

  it.each(['master-key export', 'account create unseen --json', 'jobs --json', '--help'])(
    '%s that cannot be written is a failure',
    async (words) => {
      const { code, stderr } = await inShell(`$HOLDFAST ${words} > /dev/full`);
      expect(stderr).toMatch(/^holdfast: The output cannot be written: ENOSPC.*\.\n$/);
      expect(code).toBe(1);
    },
  );

  it.each(['status', 'jobs'])('a reader of %s --watch that has enough ends it', async (command) => {
    const { code, stderr, stdout } = await inShell(`$HOLDFAST ${command} --watch | head -1`);
    expect(stderr).toBe('');
    expect(stdout.split('\n')).toHaveLength(2);
    expect(code).toBe(141);
  });
});

describe('what answers is not Holdfast', { timeout: TEST_MS_MAX }, () => {
  it.each(['status', 'jobs'])('%s says so', async (command) => {
    const other = createServer((_request, response) => response.end('<html>hello')).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const endpoint = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const { code, stderr } = await signed([command, '--endpoint', endpoint]);
    other.close();
    expect(stderr).toBe(`holdfast: What answers at ${endpoint} is not Holdfast.\n`);
    expect(code).toBe(1);
  });
});

describe('keys', { timeout: TEST_MS_MAX }, () => {
  it('accounts are made, and listed; their root is not the operator', async () => {
    const made = (await json('account', 'create', 'second')) as { account: { id: string }; accessKey: Keys };
    expect(await said('account', 'list')).toMatch(new RegExp(`^${made.account.id}  \\S+Z  second$`, 'm'));
    const blank = await signed(['account', 'create', '  ']);
    expect(blank.stderr).toMatch(/^holdfast: ValidationError: The account name " {2}" is invalid\./);
    const refused = await signed(['account', 'list'], made.accessKey);
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stderr).toMatch(/^holdfast: AccessDenied/);
  });

  it('the master key is exported in one line, and rotated', async () => {
    const before = await said('master-key', 'export');
    expect(before).toMatch(/^[A-Za-z0-9+/=]+\n$/);
    expect(await said('master-key', 'rotate')).toMatch(
      /^New objects are sealed under generation [0-9a-f]+\.\n$/,
    );
    expect(await said('master-key', 'export')).not.toBe(before);
  });

  it('rotations of the master key at once lose none', async () => {
    const keys = async () => (await said('master-key', 'export')).trim().split(/\s+/);
    const before = await keys();
    const rotations = await Promise.all([1, 2, 3].map(() => said('master-key', 'rotate')));
    const after = await keys();
    expect(after.slice(3)).toEqual(before);
    expect(new Set(after).size).toBe(before.length + 3);
    expect(new Set(rotations).size).toBe(3);
  });

  it('access keys are made, disabled and rotated; last, because it takes the key of the tests away', async () => {
    const { accessKey: first } = (await json('access-key', 'create')) as { accessKey: Keys };
    expect((await signed(['status'], first)).code).toBe(0);
    expect((await signed(['access-key', 'create'])).stderr).toContain('holdfast: LimitExceeded');
    expect(await said('access-key', 'disable', first.accessKeyId)).toBe(
      `${first.accessKeyId} is disabled.\n`,
    );
    expect((await signed(['status'], first)).stderr).toContain('(403 from');
    const last = await signed(['access-key', 'disable', server.owner.accessKeyId]);
    expect(last).toMatchObject({ code: 1, stdout: '' });
    expect(last.stderr).toContain(`${server.owner.accessKeyId} is the last active root key`);
    expect((await signed(['status'])).code).toBe(0);
    // Again and again: each takes the place of the one before.
    let current = server.owner.accessKeyId;
    let keys: Keys = server.owner;
    for (let round = 0; round < 3; round++) {
      const rotating = signed(['access-key', 'rotate', current, '--json'], keys);
      keys = (JSON.parse(await succeed(rotating)) as { accessKey: Keys }).accessKey;
      current = keys.accessKeyId;
      expect((await signed(['status'], keys)).code).toBe(0);
    }
    expect((await signed(['status'])).stderr).toContain('(403 from');
  });
});
