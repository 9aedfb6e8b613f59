import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect } from 'vitest';
import { projectRoot } from '../scripts/demo/world.ts';
import { freePort, ROOT_KEYS, Server } from '../scripts/trust/server.ts';
import { itWith, runCommand } from '../src/testing/real-command.ts';
import { awsEnvironment, realServer, succeed } from './real-server.ts';

// How a server is reached: names, addresses, TLS, and what lies beside S3 on the same port.

const TEST_MS_MAX = 120_000;
const server = realServer();
const folder = mkdtempSync(join(tmpdir(), 'holdfast-addresses-'));
let secure: Server | undefined;
afterAll(async () => {
  await secure?.kill('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});

const curl = (...words: string[]) => succeed(runCommand('curl', ['-sS', ...words]));
const signed = (...words: string[]) =>
  curl(
    '--aws-sigv4',
    'aws:amz:us-east-1:s3',
    '-u',
    `${server.owner.accessKeyId}:${server.owner.secretAccessKey}`,
    '-H',
    'x-amz-content-sha256: UNSIGNED-PAYLOAD',
    ...words,
  );

describe('curl', () => {
  itWith('curl')('signs by itself, by path, by host name and over IPv6', async () => {
    const { endpoint, port } = server;
    const byName = ['--resolve', `curl-bucket.localhost:${port}:127.0.0.1`];
    const status = ['-o', '/dev/null', '-w', '%{http_code}'];
    expect(await signed(...status, '-X', 'PUT', `${endpoint}/curl-bucket`)).toBe('200');
    expect(
      await signed(...status, '-X', 'PUT', '--data-binary', 'hello', `${endpoint}/curl-bucket/key`),
    ).toBe('200');
    expect(await signed(...byName, `http://curl-bucket.localhost:${port}/key`)).toBe('hello');
    expect(await signed('-g', `http://[::1]:${port}/curl-bucket/key`)).toBe('hello');
    expect(await signed(`http://127.0.0.1:${port}/curl-bucket/key`)).toBe('hello');
    expect(await signed(...byName, `http://curl-bucket.localhost:${port}/`)).toContain(
      '<Name>curl-bucket</Name>',
    );
    expect(await curl(`${endpoint}/curl-bucket/key`)).toContain('<Code>AccessDenied</Code>');
  });
});

describe('beside S3', () => {
  itWith('curl')('health, metrics and nothing else, without a signature', async () => {
    const under = (path: string) =>
      curl('-w', ' %{http_code} %{content_type}', `${server.endpoint}/_holdfast/${path}`);
    expect(await under('health/live')).toBe('live\n 200 text/plain');
    expect(await under('health/ready')).toBe('ready\n 200 text/plain');
    expect(await under('metrics')).toMatch(/^# HELP [\s\S]*\n 200 text\/plain; version=0\.0\.4/);
    expect(await under('nothing')).toBe(
      '{"code":"NotFound","message":"There is nothing here."} 404 application/json',
    );
    expect(await under('api/GetStatus')).toMatch(/ 40[345] /);
    expect(
      await curl('-w', ' %{http_code}', '-X', 'POST', `${server.endpoint}/_holdfast/api/GetStatus`),
    ).toMatch(/ 403$/);
  });
});

describe('TLS', () => {
  itWith('aws')('with a certificate of our own', { timeout: TEST_MS_MAX }, async () => {
    const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    const files = ['-keyout', key, '-out', certificate];
    await succeed(
      runCommand('openssl', [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-days',
        '2',
        ...subject,
        ...files,
      ]),
    );
    const port = await freePort();
    const flags = ['--tls-cert', certificate, '--tls-key', key, '--log-level', 'warn'];
    secure = new Server({ data: join(folder, 'data'), port, flags });
    const endpoint = `https://127.0.0.1:${port}`;
    const ready = () => runCommand('curl', ['-sk', `${endpoint}/_holdfast/health/ready`]);
    await expect.poll(async () => (await ready()).stdout, { timeout: 60_000, interval: 50 }).toBe('ready\n');

    mkdirSync(join(folder, 'home'));
    const environment = awsEnvironment(join(folder, 'home'), { account: '', ...ROOT_KEYS });
    const aws = (...words: string[]) =>
      runCommand('aws', ['--endpoint-url', endpoint, ...words], environment, folder);
    const holdfast = (command: string, trusted: Record<string, string> = {}) =>
      runCommand(
        process.execPath,
        [join(projectRoot, 'src/main.ts'), command, '--endpoint', endpoint],
        { ...environment, ...trusted },
        folder,
      );
    for (const command of ['status', 'jobs']) {
      expect(await holdfast(command)).toEqual({
        code: 1,
        stdout: '',
        stderr: `holdfast: The certificate of ${endpoint} is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT): NODE_EXTRA_CA_CERTS=FILE names the CA that signed it.\n`,
      });
      await succeed(holdfast(command, { NODE_EXTRA_CA_CERTS: certificate }));
    }
    await succeed(aws('--no-verify-ssl', 's3', 'mb', 's3://secure'));
    writeFileSync(join(folder, 'body'), 'over TLS');
    await succeed(aws('--ca-bundle', certificate, 's3', 'cp', 'body', 's3://secure/body', '--no-progress'));
    expect(await succeed(aws('--no-verify-ssl', 's3', 'cp', 's3://secure/body', '-'))).toBe('over TLS');
    expect((await aws('s3', 'ls')).stderr).toMatch(/SSL validation failed|CERTIFICATE_VERIFY_FAILED/);
  });
});
