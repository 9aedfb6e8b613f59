import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { accountHostHint } from '../scripts/demo/account-host.ts';
import { followJob } from '../scripts/demo/batch.ts';
import { followReplication, judge, judgeArchive } from '../scripts/demo/judge.ts';
import { holdfast, type RunningServer, startServer } from '../scripts/demo/server.ts';
import { DOCUMENTS } from '../scripts/demo/steps.ts';
import { ARCHIVE, exampleDocument, FAR_REGION, type Keys, type World } from '../scripts/demo/world.ts';
import { itWith, runCommand } from '../src/testing/real-command.ts';

/** The README's first command, and what it prints, run by the real `aws` against a fresh server. */
// Some forty starts of the aws command, each a second or more on a busy machine.
const DEMO_MS_MAX = 600_000;
const REFUSAL_MS_MAX = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'holdfast-walk-'));
const servers: RunningServer[] = [];

afterAll(async () => {
  for (const server of servers) await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('the walk-through', () => {
  itWith('aws')(
    'ends well, and the commands it prints do the same when typed',
    { timeout: DEMO_MS_MAX },
    async () => {
      const demo = await runCommand(process.execPath, ['scripts/demo.ts', '--once', '--port', '0']);
      expect(demo.stderr).toBe('');
      expect(demo.code).toBe(0);
      expect(demo.stdout).toContain('byte-equal as REPLICA at both destinations');
      expect(demo.stdout).toContain(`byte-equal as REPLICA in ${ARCHIVE}`);

      const server = await startServer(join(folder, 'data'));
      servers.push(server);
      const world = await freshWorld(server);
      const commands = printedCommands(demo.stdout);
      expect(commands.length).toBeGreaterThan(20);
      const [live, batch] = split(commands, (command) => command.includes(ARCHIVE));
      for (const command of live) await runAws(command, world);
      const progress = await followReplication(world, () => undefined);
      expect(progress).toMatchObject({ pending: 0, failed: 0 });
      expect((await judge(world)).flatMap(({ differences }) => differences)).toEqual([]);

      // Its archive is new to objects that are older.
      expect(await judgeArchive(world)).not.toEqual([]);
      const states = await runBatchCommands(batch, world);
      expect(states).toEqual(['Suspended', 'Complete']);
      expect(await judgeArchive(world)).toEqual([]);
    },
  );
});

describe('the walk-through is refused', { timeout: REFUSAL_MS_MAX }, () => {
  const refusal = async (...words: string[]) => {
    const own = mkdtempSync(join(folder, 'tmp-'));
    const { code, stdout, stderr } = await runCommand(process.execPath, ['scripts/demo.ts', ...words], {
      TMPDIR: own,
    });
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^demo: [^\n]+\.\n$/);
    expect(readdirSync(own).filter((name) => name.startsWith('holdfast-demo-'))).toEqual([]);
    return { code, stderr };
  };

  it('for flags that make no sense', async () => {
    expect(await refusal('--bogus')).toMatchObject({ code: 2 });
    expect(await refusal('--port', 'abc')).toMatchObject({ code: 2 });
  });

  it('for a port that is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const { code, stderr } = await refusal('--port', String(port));
    taken.close();
    expect(stderr).toContain(`port ${port} is taken`);
    expect(code).toBe(1);
  });
});

/** Those before the first that `begins` says so of, and the others. */
function split(commands: readonly string[], begins: (command: string) => boolean): [string[], string[]] {
  const first = commands.findIndex(begins);
  return [commands.slice(0, first), commands.slice(first)];
}

async function runAws(command: string, world: World, jobId = ''): Promise<string> {
  const environment = { ...awsEnvironment(), ...(await proxyEnvironment(world)) };
  const result = await runCommand('aws', adapt(command, world, jobId), environment);
  expect(`${command}\n${result.stderr}`).toBe(`${command}\n`);
  return result.stdout;
}

/** A job's id is known when it is made, and a person waits until it rests before typing on.
 * @returns what it rested in */
async function runBatchCommands(commands: readonly string[], world: World): Promise<string[]> {
  const rests: string[] = [];
  let jobId = '';
  for (const command of commands) {
    const said = await runAws(command, world, jobId);
    if (command.includes(' create-job ')) jobId = (JSON.parse(said) as { JobId: string }).JobId;
    if (!command.includes(' describe-job ')) continue;
    const { Status } = await followJob(world, jobId, () => undefined);
    expect(JSON.parse(await runAws(command, world, jobId))).toBe(Status);
    rests.push(String(Status));
  }
  return rests;
}

/** What the demo says to a person whose machine does not resolve ACCOUNT.localhost, done. */
async function proxyEnvironment({ owner, endpoint }: World): Promise<Record<string, string>> {
  const hint = await accountHostHint(owner.account, endpoint);
  return hint?.includes(`export http_proxy=${endpoint}`) === true ? { http_proxy: endpoint } : {};
}

async function freshWorld({ endpoint, owner }: RunningServer): Promise<World> {
  const created = holdfast(endpoint, owner, ['account', 'create', 'partner', '--json']) as {
    account: { id: string };
    accessKey: { accessKeyId: string; secretAccessKey: string };
  };
  const partner: Keys = { account: created.account.id, ...created.accessKey };
  const workFolder = join(folder, 'documents');
  mkdirSync(workFolder);
  for (const name of DOCUMENTS) {
    writeFileSync(join(workFolder, name), exampleDocument(name, { owner, partner }));
  }
  writeFileSync(
    join(folder, 'credentials'),
    [
      ['default', owner],
      ['partner', partner],
    ]
      .map(([name, keys]) => profile(name as string, keys as Keys))
      .join(''),
  );
  const { collectUploads } = await import('../scripts/demo/uploads.ts');
  return { endpoint, owner, partner, workFolder, uploads: collectUploads(workFolder) };
}

const profile = (name: string, keys: Keys) =>
  `[${name}]\naws_access_key_id = ${keys.accessKeyId}\naws_secret_access_key = ${keys.secretAccessKey}\n`;

const awsEnvironment = () => ({
  AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials'),
  AWS_CONFIG_FILE: join(folder, 'config'),
  AWS_DEFAULT_REGION: FAR_REGION,
  AWS_EC2_METADATA_DISABLED: 'true',
});

function printedCommands(output: string): string[] {
  // oxlint-disable-next-line no-control-regex -- colours, when the terminal has them
  const plain = output.replaceAll(/\u001b\[[0-9;]*m/g, '');
  return [...plain.matchAll(/^\$ aws (.*?) {2}# /gm)].map(([, command = '']) => command);
}

/** The same words, pointed at the fresh server, its account and job, and at this test's documents. */
function adapt(command: string, world: World, jobId: string): string[] {
  return command
    .replace(/--endpoint-url \S+/, `--endpoint-url ${world.endpoint}`)
    .replace(/--account-id \d+/, `--account-id ${world.owner.account}`)
    .replace(/arn:aws:iam::\d+:/, `arn:aws:iam::${world.owner.account}:`)
    .replace(/--job-id \S+/, `--job-id ${jobId}`)
    .split(' ')
    .map((word) =>
      word
        .replace(/^file:\/\/.*\/([^/]+)$/, `file://${world.workFolder}/$1`)
        .replace(/^.*\/(runtime-100MiB\.bin)$/, (whole, name: string) =>
          whole.startsWith('/') ? join(world.workFolder, name) : whole,
        ),
    );
}
