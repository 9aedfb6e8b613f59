import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect } from 'vitest';
import { followReplication, judge } from '../scripts/demo/judge.ts';
import { holdfast, type RunningServer, startServer } from '../scripts/demo/server.ts';
import { DOCUMENTS } from '../scripts/demo/steps.ts';
import { exampleDocument, FAR_REGION, type Keys, type World } from '../scripts/demo/world.ts';
import { itWith, runCommand } from '../src/testing/real-command.ts';

/** The README's first command, and what it prints, run by the real `aws` against a fresh server. */
// Some forty starts of the aws command, each a second or more on a busy machine.
const DEMO_MS_MAX = 600_000;
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

      const server = await startServer(join(folder, 'data'), 0);
      servers.push(server);
      const world = await freshWorld(server);
      const commands = printedCommands(demo.stdout);
      expect(commands.length).toBeGreaterThan(20);
      for (const command of commands) {
        const result = await runCommand('aws', adapt(command, world), awsEnvironment());
        expect(`${command}\n${result.stderr}`).toBe(`${command}\n`);
      }
      const progress = await followReplication(world, () => undefined);
      expect(progress).toMatchObject({ pending: 0, failed: 0 });
      expect((await judge(world)).flatMap(({ differences }) => differences)).toEqual([]);
    },
  );
});

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

/** The same words, pointed at the fresh server and at this test's documents. */
function adapt(command: string, world: World): string[] {
  return command
    .replace(/--endpoint-url \S+/, `--endpoint-url ${world.endpoint}`)
    .split(' ')
    .map((word) =>
      word
        .replace(/^file:\/\/.*\/([^/]+)$/, `file://${world.workFolder}/$1`)
        .replace(/^.*\/(runtime-100MiB\.bin)$/, (whole, name: string) =>
          whole.startsWith('/') ? join(world.workFolder, name) : whole,
        ),
    );
}
