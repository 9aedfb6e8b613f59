import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../scripts/demo/world.ts';
import { freePort, ROOT_KEYS } from '../scripts/trust/server.ts';
import { runCommand } from '../src/testing/real-command.ts';
import { succeed } from './real-server.ts';

// The package as others install it: compiled JavaScript, because Node strips no types inside node_modules.

const TEST_MS_MAX = 300_000;
const READY_MS_MAX = 60_000;
// Large enough to be hashed and sealed in a thread of its own, whose entry lies in the package, too.
const LARGE_BYTES = 3 * 1024 * 1024;
const folder = mkdtempSync(join(tmpdir(), 'holdfast-package-'));
let stop: () => Promise<void> = () => Promise.resolve();
afterAll(async () => {
  await stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('the package', () => {
  it('installs in an empty folder and starts', { timeout: TEST_MS_MAX }, async () => {
    const npm = (words: readonly string[], where: string) => runCommand('npm', [...words], {}, where);
    await succeed(npm(['run', 'build'], projectRoot));
    await succeed(npm(['pack', '--pack-destination', folder], projectRoot));
    const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? 'none';
    const home = join(folder, 'home');
    mkdirSync(home);
    writeFileSync(join(home, 'package.json'), '{"name":"somebody","private":true}');
    await succeed(
      npm(
        ['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', `../${tarball}`],
        home,
      ),
    );
    const installed = join(home, 'node_modules/holdfast');
    expect(existsSync(join(installed, 'dist/main.js'))).toBe(true);
    const sources = readdirSync(installed, { recursive: true, encoding: 'utf8' });
    expect(sources.filter((name) => /\.test\.|^src|^e2e|\.ts$/.test(name))).toEqual([]);
    const holdfast = join(home, 'node_modules/.bin/holdfast');
    expect(await succeed(runCommand(process.execPath, [holdfast, '--version']))).toMatch(/^holdfast \d/);

    const old = join(folder, 'old-node.cjs');
    writeFileSync(old, "Object.defineProperty(process.versions, 'node', { value: '20.20.2' });");
    const refused = await runCommand(process.execPath, ['--require', old, holdfast, '--version']);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(/^Holdfast needs Node 22\.18 or later; this is v.*\.\n$/);

    const endpoint = await serve(holdfast, home);
    const client = new S3Client({
      endpoint,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: ROOT_KEYS,
    });
    await client.send(new CreateBucketCommand({ Bucket: 'packed' }));
    const large = Buffer.alloc(LARGE_BYTES, 'packed ');
    await client.send(new PutObjectCommand({ Bucket: 'packed', Key: 'large', Body: large }));
    const { Body } = await client.send(new GetObjectCommand({ Bucket: 'packed', Key: 'large' }));
    expect(large.equals((await Body?.transformToByteArray()) ?? Buffer.alloc(0))).toBe(true);
  });
});

async function serve(holdfast: string, home: string): Promise<string> {
  const port = await freePort();
  const child = spawn(process.execPath, [holdfast, 'serve', '--port', String(port), '--log-level', 'warn'], {
    cwd: home,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...process.env,
      HOLDFAST_ROOT_ACCESS_KEY_ID: ROOT_KEYS.accessKeyId,
      HOLDFAST_ROOT_SECRET_ACCESS_KEY: ROOT_KEYS.secretAccessKey,
    },
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  const endpoint = `http://127.0.0.1:${port}`;
  const ready = () =>
    fetch(`${endpoint}/_holdfast/health/ready`).then(
      ({ status }) => status,
      () => 0,
    );
  await expect.poll(ready, { timeout: READY_MS_MAX, interval: 50 }).toBe(200);
  return endpoint;
}
