import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { itWith, runCommand } from '../src/testing/real-command.ts';
import { filesBelow, realServer, succeed, writeSampleFolder } from './real-server.ts';

// s3cmd as Debian ships it: it knows no checksum but Content-MD5, and asks for the ACL, policy and CORS of what it shows.

const TEST_MS_MAX = 180_000;
const LARGE_BYTES = 12 * 1024 * 1024;
const server = realServer();

const run = (...words: string[]) =>
  runCommand('s3cmd', ['--config', join(server.folder, 's3cfg'), '--no-progress', ...words]);
const s3cmd = (...words: string[]) => succeed(run(...words));

beforeAll(() => {
  writeFileSync(
    join(server.folder, 's3cfg'),
    `[default]
access_key = ${server.owner.accessKeyId}
secret_key = ${server.owner.secretAccessKey}
host_base = ${server.host}
host_bucket = ${server.host}
use_https = False
multipart_chunk_size_mb = 5
`,
  );
});

describe('s3cmd', () => {
  itWith('s3cmd')('syncs a folder in and out, byte-equal', { timeout: TEST_MS_MAX }, async () => {
    const sent = join(server.folder, 'sent');
    const received = join(server.folder, 'received');
    writeSampleFolder(sent, LARGE_BYTES);
    mkdirSync(received);
    await s3cmd('mb', 's3://s3cmd');
    await s3cmd('sync', `${sent}/`, 's3://s3cmd/in/');
    expect(await s3cmd('sync', `${sent}/`, 's3://s3cmd/in/')).not.toContain('upload:');
    await s3cmd('sync', 's3://s3cmd/in/', `${received}/`);
    expect(filesBelow(received)).toEqual(filesBelow(sent));
    expect(await s3cmd('du', 's3://s3cmd/in/')).toMatch(/ 5 objects /);
  });

  itWith('s3cmd')(
    'describes, copies, renames, changes metadata and removes',
    { timeout: TEST_MS_MAX },
    async () => {
      writeFileSync(join(server.folder, 'file.txt'), 'file');
      await s3cmd('mb', 's3://s3cmd-two');
      await s3cmd(
        'put',
        join(server.folder, 'file.txt'),
        's3://s3cmd-two/a',
        '--add-header',
        'x-amz-meta-one: 1',
      );
      await s3cmd('cp', 's3://s3cmd-two/a', 's3://s3cmd-two/b');
      await s3cmd('mv', 's3://s3cmd-two/b', 's3://s3cmd-two/c');
      await s3cmd('modify', '--add-header', 'x-amz-meta-two: 2', 's3://s3cmd-two/c');
      const described = await s3cmd('info', 's3://s3cmd-two/c');
      expect(described).toMatch(/File size: 4\n/);
      expect(described).toMatch(/ACL: .*FULL_CONTROL/);
      expect(described).toContain('x-amz-meta-two: 2');
      expect(await s3cmd('info', 's3://s3cmd-two')).toMatch(/Location: +us-east-1/);
      expect((await run('get', 's3://s3cmd-two/nothing', '-')).stderr).toContain('does not exist');
      await s3cmd('del', '--recursive', '--force', 's3://s3cmd-two');
      await s3cmd('rb', 's3://s3cmd-two');
    },
  );
});
