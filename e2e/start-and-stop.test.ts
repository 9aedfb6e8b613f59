import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server as NetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { IAMClient, ListAccessKeysCommand, UpdateAccessKeyCommand } from '@aws-sdk/client-iam';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { projectRoot } from '../scripts/demo/world.ts';
import { freePort, MAIN, ROOT_KEYS, Server, type ServerOptions } from '../scripts/trust/server.ts';
import { FORMAT } from '../src/store/data-directory.ts';

/** How `holdfast serve` begins, refuses to begin, and ends: as its own process, as an operator sees it. */
const folder = mkdtempSync(join(tmpdir(), 'holdfast-start-'));
const servers: Server[] = [];
const TEST_MS_MAX = 180_000;
const SOON = { timeout: 60_000 };
// Of what was typed or set and makes no sense.
const USAGE = 2;
const NO_GIVEN_KEY = {
  HOLDFAST_ROOT_ACCESS_KEY_ID: undefined,
  HOLDFAST_ROOT_SECRET_ACCESS_KEY: undefined,
};

/** Root may write everywhere: as nobody it may not, where nobody may read the program. */
const LESS_RIGHTS = process.getuid?.() === 0 ? { uid: 65_534 } : {};
const hasLessRights = spawnSync(process.execPath, ['--check', MAIN], LESS_RIGHTS).status === 0;
if (!hasLessRights)
  console.warn(`SKIPPED: a directory without the right to write; nobody may not read ${MAIN}.`);

afterEach(async () => {
  for (const server of servers.splice(0)) await server.kill();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function start(options: Partial<ServerOptions> & Pick<ServerOptions, 'data' | 'port'>): Server {
  const server = new Server(options);
  servers.push(server);
  return server;
}

async function startReady(data: string, options: Partial<ServerOptions> = {}): Promise<Server> {
  const server = start({ data, port: await freePort(), ...options });
  await server.ready();
  return server;
}

const client = (server: Server) =>
  new S3Client({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: ROOT_KEYS,
    forcePathStyle: true,
    maxAttempts: 1,
  });

type RootKeys = { readonly accessKeyId: string; readonly secretAccessKey: string };

const mode = (path: string) => statSync(path).mode & 0o777;

describe('the first start', { timeout: TEST_MS_MAX }, () => {
  it('makes one root key and one master key, for their owner only; later starts make no other', async () => {
    const data = join(folder, 'first');
    const [rootKey, masterKey] = [join(data, 'root-access-key'), join(data, 'master.key')];
    const first = await startReady(data, { environment: NO_GIVEN_KEY });
    await expect.poll(() => existsSync(rootKey), SOON).toBe(true);
    await expect.poll(() => first.output, SOON).toContain(rootKey);
    expect(first.output).toContain(masterKey);
    expect([mode(rootKey), mode(masterKey), mode(data)]).toEqual([0o600, 0o600, 0o700]);
    const keys = readFileSync(rootKey, 'utf8');
    expect(keys).toMatch(/^export AWS_ACCESS_KEY_ID=\w+\nexport AWS_SECRET_ACCESS_KEY=\S+\n$/);
    const secret = /SECRET_ACCESS_KEY=(\S+)/.exec(keys)?.[1] ?? '';
    expect(first.output).not.toContain(secret);
    const sealed = readFileSync(masterKey, 'utf8');
    expect(await first.kill('SIGTERM')).toEqual({ code: 0, signal: null });

    rmSync(rootKey);
    const second = await startReady(data, { environment: NO_GIVEN_KEY });
    expect(await second.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(existsSync(rootKey)).toBe(false);
    expect(readFileSync(masterKey, 'utf8')).toBe(sealed);
    expect(second.output).not.toContain('access key');
  });
});

describe('a first start that does not come to its end', { timeout: TEST_MS_MAX }, () => {
  const keysIn = (data: string) => {
    const text = readFileSync(join(data, 'root-access-key'), 'utf8');
    const value = (name: string) => new RegExp(`${name}=(\\S+)`).exec(text)?.[1] ?? '';
    return { accessKeyId: value('ACCESS_KEY_ID'), secretAccessKey: value('SECRET_ACCESS_KEY') };
  };
  /** Of root, which alone has any. */
  const rootKeysOf = async (server: Server, keys: RootKeys) => {
    const iam = new IAMClient({ endpoint: server.endpoint, region: 'us-east-1', credentials: keys });
    const { AccessKeyMetadata = [] } = await iam.send(new ListAccessKeysCommand({}));
    iam.destroy();
    return AccessKeyMetadata.map(({ AccessKeyId }) => AccessKeyId);
  };

  it('for want of a port or an address, leaves no key that nobody knows', async () => {
    const data = join(folder, 'no-port');
    const taken = await listen();
    const { port } = taken.address() as { port: number };
    try {
      // More often than an account may have keys.
      for (let round = 0; round < 3; round++) {
        const refused = start({ data, port, environment: NO_GIVEN_KEY });
        expect(await refused.ended).toEqual({ code: 1, signal: null });
      }
    } finally {
      taken.close();
    }
    expect(existsSync(join(data, 'root-access-key'))).toBe(false);
    const server = await startReady(data, { environment: NO_GIVEN_KEY });
    await expect.poll(() => existsSync(join(data, 'root-access-key')), SOON).toBe(true);
    expect(await rootKeysOf(server, keysIn(data))).toEqual([keysIn(data).accessKeyId]);
  });

  it('because the key cannot be written, is made up for by the next', async () => {
    const data = join(folder, 'no-key-file');
    const taken = await listen();
    const { port } = taken.address() as { port: number };
    await start({ data, port, environment: NO_GIVEN_KEY }).ended;
    taken.close();
    // Nothing can be renamed to a directory.
    mkdirSync(join(data, 'root-access-key'));
    const refused = start({ data, port: await freePort(), environment: NO_GIVEN_KEY });
    expect(await refused.ended).toEqual({ code: 1, signal: null });
    expect(refused.complaint).toContain('root-access-key');
    rmSync(join(data, 'root-access-key'), { recursive: true });
    const server = await startReady(data, { environment: NO_GIVEN_KEY });
    await expect.poll(() => existsSync(join(data, 'root-access-key')), SOON).toBe(true);
    expect(await rootKeysOf(server, keysIn(data))).toEqual([keysIn(data).accessKeyId]);
  });
});

describe('the root key that the operator gives', { timeout: TEST_MS_MAX }, () => {
  const given = (accessKeyId: string) => ({
    HOLDFAST_ROOT_ACCESS_KEY_ID: accessKeyId,
    HOLDFAST_ROOT_SECRET_ACCESS_KEY: ROOT_KEYS.secretAccessKey,
  });
  const iamWith = (server: Server, accessKeyId: string) =>
    new IAMClient({
      endpoint: server.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId, secretAccessKey: ROOT_KEYS.secretAccessKey },
      maxAttempts: 1,
    });

  it('works at every start, disabled or new, and takes the place of a disabled one', async () => {
    const data = join(folder, 'given');
    const [first, second, third] = ['AKIATRUSTNOBODY00001', 'AKIATRUSTNOBODY00002', 'AKIATRUSTNOBODY00003'];
    const startWith = async (accessKeyId: string, act: (iam: IAMClient) => Promise<unknown>) => {
      const server = await startReady(data, { environment: given(accessKeyId) });
      const iam = iamWith(server, accessKeyId);
      await act(iam);
      iam.destroy();
      await server.kill('SIGTERM');
    };
    const disable = (AccessKeyId: string) => (iam: IAMClient) =>
      iam.send(new UpdateAccessKeyCommand({ AccessKeyId, Status: 'Inactive' }));
    const look = (iam: IAMClient) => iam.send(new ListAccessKeysCommand({}));
    // By IAM, as at AWS, root takes its own last key away.
    await startWith(first, disable(first));
    await startWith(first, look);
    await startWith(second, look);
    const refused = start({ data, port: await freePort(), environment: given(third) });
    await refused.ended;
    expect(refused.complaint).toMatch(/^holdfast: The first account has two active root keys: .*\.\n$/);
    await startWith(second, disable(first));
    await startWith(third, look);
  });
});

describe('a refusal to start is one clear sentence', { timeout: TEST_MS_MAX }, () => {
  const refusal = async (options: Partial<ServerOptions> & { data: string }, code = 1) => {
    const server = start({ port: await freePort(), ...options });
    expect(await server.ended).toEqual({ code, signal: null });
    expect(server.complaint).toMatch(/^holdfast: [^\n]+\.\n$/);
    expect(server.complaint).not.toMatch(/\n\s+at /);
    return server.complaint;
  };
  const stopped = async (data: string) => {
    const server = await startReady(data);
    await server.kill('SIGTERM');
    return data;
  };
  const editDescription = (directory: string, change: object) => {
    const file = join(directory, 'holdfast.json');
    const description = JSON.parse(readFileSync(file, 'utf8')) as object;
    writeFileSync(file, JSON.stringify({ ...description, ...change }));
  };

  it('when another process has the directory open', async () => {
    const data = join(folder, 'second-process');
    await startReady(data);
    expect(await refusal({ data })).toContain(`${data}/global is in use by another process`);
  });

  it('when the port is taken', async () => {
    const taken = await listen();
    const port = (taken.address() as { port: number }).port;
    try {
      expect(await refusal({ data: join(folder, 'taken'), port })).toContain(`Port ${port} is taken`);
    } finally {
      taken.close();
    }
  });

  it('when another Holdfast of the same user has the port, whose threads share it', async () => {
    const port = await freePort();
    const threads = { port, flags: ['--workers', '2'] };
    await startReady(join(folder, 'port-of-first'), threads);
    expect(await refusal({ data: join(folder, 'port-of-second'), ...threads })).toContain(
      `Port ${port} is taken`,
    );
  });

  it('when an address is not of this machine', async () => {
    const options = { data: join(folder, 'address'), host: '203.0.113.7' };
    expect(await refusal(options)).toContain('no address of this machine');
    expect(await refusal({ ...options, host: '300.1.1.1' })).toContain('300.1.1.1 is no address');
  });

  it('when the directory is not ours, or is a file', async () => {
    const data = join(folder, 'foreign');
    mkdirSync(data);
    writeFileSync(join(data, 'thesis.tex'), 'mine');
    expect(await refusal({ data })).toContain('is not a Holdfast data directory');
    expect(await refusal({ data: join(data, 'thesis.tex') })).toContain('thesis.tex');
  });

  it('when the directory is of a newer format, another region or another site', async () => {
    const data = await stopped(join(folder, 'formats'));
    const region = join(data, 'regions', 'ap-south-1');
    editDescription(region, { siteId: 'ffffffff' });
    expect(await refusal({ data })).toContain('belongs to another Holdfast');
    editDescription(region, { purpose: 'eu-west-1' });
    expect(await refusal({ data })).toContain('belongs to "eu-west-1"');
    editDescription(data, { oldestReader: FORMAT + 1, oldestWriter: FORMAT + 1 });
    expect(await refusal({ data })).toContain('was written by a newer Holdfast');
    writeFileSync(join(data, 'holdfast.json'), '{"product": "some');
    expect(await refusal({ data })).toContain('holdfast.json cannot be read');
  });

  it('when the master key is wrong, missing or no key', async () => {
    const data = await stopped(join(folder, 'keys'));
    const other = randomBytes(32).toString('base64');
    expect(await refusal({ data, environment: { HOLDFAST_MASTER_KEY: other } })).toMatch(/master key/i);
    const file = join(data, 'master.key');
    const right = readFileSync(file, 'utf8');
    rmSync(file);
    expect(await refusal({ data })).toContain(`The master key ${file} is missing`);
    expect(existsSync(file)).toBe(false);
    writeFileSync(file, 'no key\n', { mode: 0o600 });
    expect(await refusal({ data })).toContain(`${file} must hold 32 bytes in base64`);
    writeFileSync(file, right, { mode: 0o600 });
    await stopped(data);
    const nowhere = ['--master-key-file', join(folder, 'nowhere.key')];
    expect(await refusal({ data: join(folder, 'new'), flags: nowhere })).toContain('nowhere.key is missing');
  });

  it('when the root key is known with another secret', async () => {
    const data = await stopped(join(folder, 'root-key'));
    const environment = { HOLDFAST_ROOT_SECRET_ACCESS_KEY: 'quite-another-secret-0123' };
    const complaint = await refusal({ data, environment }, USAGE);
    expect(complaint).toContain(ROOT_KEYS.accessKeyId);
    expect(complaint).not.toContain('quite-another-secret');
  });

  it('when a flag, the certificate or the store is no good', async () => {
    const data = join(folder, 'flags');
    expect(await refusal({ data, flags: ['--workers', 'many'] }, USAGE)).toContain('--workers');
    expect(await refusal({ data, flags: ['--regions', 'Mars'] }, USAGE)).toContain(
      '"Mars" is not a region name',
    );
    expect(await refusal({ data, flags: ['--nonsense', '1'] }, USAGE)).toContain('--nonsense');
    const tls = ['--tls-cert', join(folder, 'absent.pem'), '--tls-key', join(folder, 'absent.key')];
    expect(await refusal({ data, flags: tls }, USAGE)).toContain('absent.pem');
    await stopped(data);
    writeFileSync(join(data, 'global', 'CURRENT'), 'MANIFEST-nothing\n');
    expect(await refusal({ data })).toContain(join(data, 'global'));
  });

  it.skipIf(!hasLessRights)('when the directory may not be written', async () => {
    // Not in `folder`, which is for its owner only.
    const parent = mkdtempSync(join(tmpdir(), 'holdfast-locked-'));
    chmodSync(parent, 0o555);
    onTestFinished(() => rmSync(parent, { recursive: true }));
    expect(await refusal({ data: join(parent, 'data'), ...LESS_RIGHTS })).toContain('cannot be made');
  });
});

describe('npm start', { timeout: TEST_MS_MAX }, () => {
  it('is ended by a signal to npm, with its server', async () => {
    const port = await freePort();
    const npm = spawn(
      'npm',
      [
        'start',
        '--silent',
        '--',
        '--port',
        String(port),
        '--data',
        join(folder, 'npm'),
        '--log-level',
        'info',
      ],
      { cwd: projectRoot, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let output = '';
    npm.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    // Until all that hold it have ended, the server, too.
    const ended = once(npm, 'close');
    await expect.poll(() => output, SOON).toContain('Holdfast is ready');
    npm.kill('SIGTERM');
    await ended;
    expect(output).toContain('stopped');
  });
});

describe('a clean stop', { timeout: TEST_MS_MAX }, () => {
  it.each([
    ['SIGTERM', 'goes on'],
    ['SIGINT', 'goes on'],
    ['SIGTERM', 'has lost its reader'],
  ] as const)('%s finishes the upload that is under way, while the log %s', async (signal, log) => {
    const data = join(folder, `stop-${signal}-${log.length}`);
    const server = await startReady(data, { flags: ['--log-level', 'info'] });
    const s3 = client(server);
    await s3.send(new CreateBucketCommand({ Bucket: 'stopping' }));
    const [first, second] = [randomBytes(3 * 1024 * 1024), randomBytes(2 * 1024 * 1024)];
    const body = new PassThrough();
    const upload = s3.send(
      new PutObjectCommand({
        Bucket: 'stopping',
        Key: 'late',
        Body: body,
        ContentLength: first.length + second.length,
      }),
    );
    await new Promise<void>((resolve, reject) =>
      body.write(first, (error) => (error ? reject(error) : resolve())),
    );
    const ended = server.kill(signal);
    await expect.poll(() => server.output, SOON).toContain('stopping');
    if (log === 'has lost its reader') server.closeOutput();
    // New connections are refused from here on; this one is finished.
    body.end(second);
    await upload;
    expect(await ended).toEqual({ code: 0, signal: null });
    s3.destroy();

    const again = await startReady(data);
    const found = await client(again).send(new GetObjectCommand({ Bucket: 'stopping', Key: 'late' }));
    const bytes = Buffer.from((await found.Body?.transformToByteArray()) ?? []);
    expect(bytes.equals(Buffer.concat([first, second]))).toBe(true);
  });

  it('with a log on a full disk', async () => {
    const server = await startReady(join(folder, 'log-full'), { logFile: '/dev/full' });
    const s3 = client(server);
    for (const Bucket of ['full-1', 'full-2']) await s3.send(new CreateBucketCommand({ Bucket }));
    s3.destroy();
    expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(server.complaint).toBe('');
  });

  it('asked for while it starts, it starts and stops', async () => {
    const data = join(folder, 'stop-at-once');
    const first = start({ data, port: await freePort(), flags: ['--log-level', 'info'] });
    // The stores are opened after the server listens for signals.
    await expect.poll(() => existsSync(join(data, 'holdfast.json')), SOON).toBe(true);
    expect(await first.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(first.output).toContain('stopped');
    await startReady(data);
  });
});

function listen(): Promise<NetServer> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen({ port: 0, host: '127.0.0.1' }, () => resolve(server));
  });
}
