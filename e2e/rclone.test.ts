import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { itWith, runCommand } from '../src/testing/real-command.ts';
import { filesBelow, realServer, succeed, writeSampleFolder } from './real-server.ts';

// rclone as Debian ships it, with nothing but endpoint and keys set: it sends `x-amz-acl: private` with every write, its
// own MD5 of large files as metadata, and asks for buckets and objects with HEAD.

const TEST_MS_MAX = 180_000;
const LARGE_BYTES = 12 * 1024 * 1024;
const server = realServer();

const rclone = (...words: string[]) =>
  succeed(runCommand('rclone', ['--config', join(server.folder, 'rclone.conf'), '--retries', '1', ...words]));

beforeAll(() => {
  writeFileSync(
    join(server.folder, 'rclone.conf'),
    `[holdfast]
type = s3
provider = Other
access_key_id = ${server.owner.accessKeyId}
secret_access_key = ${server.owner.secretAccessKey}
endpoint = ${server.endpoint}
region = us-east-1
chunk_size = 5M
upload_cutoff = 6M
`,
  );
});

describe('rclone', () => {
  itWith('rclone', ['version'])(
    'syncs a folder in and out, byte-equal',
    { timeout: TEST_MS_MAX },
    async () => {
      const sent = join(server.folder, 'sent');
      const received = join(server.folder, 'received');
      writeSampleFolder(sent, LARGE_BYTES);
      await rclone('mkdir', 'holdfast:rclone');
      await rclone('sync', sent, 'holdfast:rclone/in');
      await rclone('check', '--download', sent, 'holdfast:rclone/in');
      expect(await rclone('sync', '--dry-run', '--use-json-log', sent, 'holdfast:rclone/in')).toBe('');
      await rclone('sync', 'holdfast:rclone/in', received);
      expect(filesBelow(received)).toEqual(filesBelow(sent));
    },
  );

  itWith('rclone', ['version'])(
    'copies on the server, renames, reads a range, follows removals and purges',
    { timeout: TEST_MS_MAX },
    async () => {
      const folder = join(server.folder, 'changing');
      writeSampleFolder(folder, LARGE_BYTES);
      await rclone('copy', folder, 'holdfast:rclone-two/a');
      await rclone('copy', 'holdfast:rclone-two/a', 'holdfast:rclone-two/b');
      await rclone('check', '--download', folder, 'holdfast:rclone-two/b');
      await rclone('moveto', 'holdfast:rclone-two/b/sub/two.txt', 'holdfast:rclone-two/b/renamed.txt');
      expect(await rclone('cat', 'holdfast:rclone-two/b/renamed.txt', '--offset', '1', '--count', '2')).toBe(
        'wo',
      );
      writeFileSync(join(folder, 'empty'), 'no longer');
      await rclone('sync', folder, 'holdfast:rclone-two/b');
      const keys = (await rclone('lsf', '-R', '--files-only', 'holdfast:rclone-two/b')).trim().split('\n');
      expect(keys.toSorted()).toEqual([...filesBelow(folder).keys()].toSorted());
      await rclone('purge', 'holdfast:rclone-two');
      expect(await rclone('lsd', 'holdfast:')).not.toContain('rclone-two');
    },
  );
});
