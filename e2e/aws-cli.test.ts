import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { itWith, runCommand } from '../src/testing/real-command.ts';
import {
  awsCommands,
  awsEnvironment,
  filesBelow,
  realServer,
  succeed,
  writeSampleFolder,
} from './real-server.ts';

// The aws command as people type it, in each generation that is installed: botocore with default checksums (1.45), and
// Debian's 2.9, which knows none.

const TEST_MS_MAX = 300_000;
const LARGE_BYTES = 20 * 1024 * 1024;
const server = realServer();

describe.each(awsCommands())('%s', (command) => {
  const bucket = `cli${command.replaceAll(/[^a-z0-9]/g, '-')}`;
  const options = { timeout: TEST_MS_MAX };
  const aws = (words: readonly string[], more: Record<string, string> = {}) =>
    runCommand(
      command,
      ['--endpoint-url', server.endpoint, ...words],
      { ...awsEnvironment(server.folder, server.owner), ...more },
      server.folder,
    );
  const said = async (...words: string[]): Promise<string> => succeed(aws(words));
  const answer = async (...words: string[]): Promise<unknown> =>
    JSON.parse(await said(...words, '--output', 'json'));
  const complaint = async (...words: string[]): Promise<string> => {
    const { code, stderr } = await aws(words);
    expect(code).not.toBe(0);
    return stderr.trim();
  };

  itWith('aws')('syncs a folder in and out, and copies, lists and removes', options, async () => {
    const sent = join(server.folder, `sent-${bucket}`);
    writeSampleFolder(sent, LARGE_BYTES);
    for (const file of filesBelow(sent).keys()) utimesSync(join(sent, file), 1_700_000_000, 1_700_000_000);
    expect(await said('s3', 'mb', `s3://${bucket}`)).toContain(`make_bucket: ${bucket}`);
    await said(
      's3api',
      'put-bucket-versioning',
      '--bucket',
      bucket,
      '--versioning-configuration',
      'Status=Enabled',
    );

    await said('s3', 'sync', sent, `s3://${bucket}/in`, '--no-progress');
    expect(await said('s3', 'sync', sent, `s3://${bucket}/in`, '--no-progress')).toBe('');
    const received = join(server.folder, `received-${bucket}`);
    await said('s3', 'sync', `s3://${bucket}/in`, received, '--no-progress');
    expect(filesBelow(received)).toEqual(filesBelow(sent));

    await said('s3', 'cp', `s3://${bucket}/in/sub/large.bin`, `s3://${bucket}/copy.bin`, '--no-progress');
    await said('s3', 'mv', `s3://${bucket}/copy.bin`, `s3://${bucket}/moved.bin`, '--no-progress');
    await said('s3', 'cp', `s3://${bucket}/moved.bin`, 'back.bin', '--no-progress');
    expect(
      readFileSync(join(server.folder, 'back.bin')).equals(readFileSync(join(sent, 'sub/large.bin'))),
    ).toBe(true);

    const listed = await said('s3', 'ls', `s3://${bucket}`, '--recursive', '--human-readable', '--summarize');
    expect(listed).toMatch(/20\.0 MiB moved\.bin/);
    expect(listed).toMatch(/Total Objects: 6\n/);

    await said('s3', 'rm', `s3://${bucket}`, '--recursive');
    expect(await said('s3', 'ls', `s3://${bucket}`, '--recursive')).toBe('');
    const { Versions, DeleteMarkers } = (await answer(
      's3api',
      'list-object-versions',
      '--bucket',
      bucket,
    )) as {
      Versions: { Key: string; IsLatest: boolean; VersionId: string }[];
      DeleteMarkers: { Key: string; IsLatest: boolean }[];
    };
    expect(Versions.map(({ Key, IsLatest }) => `${Key} ${IsLatest}`)).toContain('moved.bin false');
    expect(Versions).toHaveLength(7);
    expect(DeleteMarkers).toHaveLength(7);
    const old = Versions.find(({ Key }) => Key === 'moved.bin')?.VersionId ?? '';
    const range = ['--range', 'bytes=1000000-1000009', 'range.bin'];
    const part = await answer(
      's3api',
      'get-object',
      '--bucket',
      bucket,
      '--key',
      'moved.bin',
      '--version-id',
      old,
      ...range,
    );
    expect(part).toMatchObject({ ContentLength: 10, ContentRange: `bytes 1000000-1000009/${LARGE_BYTES}` });
    expect(readFileSync(join(server.folder, 'range.bin'))).toEqual(
      readFileSync(join(sent, 'sub/large.bin')).subarray(1_000_000, 1_000_010),
    );
    expect(await complaint('s3', 'rb', `s3://${bucket}`)).toContain(
      'An error occurred (BucketNotEmpty) when calling the DeleteBucket operation: The bucket you tried to delete is not empty. You must delete all versions in the bucket.',
    );
  });

  itWith('aws')('presigns what curl can fetch', options, async () => {
    const name = `presigned-${bucket}`;
    writeFileSync(join(server.folder, 'hello.txt'), 'hello\n');
    // Without a region that needs V4, the first generation signs URLs with V2, which AWS refuses for new buckets.
    writeFileSync(join(server.folder, 'aws-config'), '[default]\ns3 =\n  signature_version = s3v4\n');
    await said('s3', 'mb', `s3://${name}`);
    await said('s3', 'cp', 'hello.txt', `s3://${name}/a b/ü?.txt`, '--no-progress');
    const url = (await said('s3', 'presign', `s3://${name}/a b/ü?.txt`, '--expires-in', '60')).trim();
    expect(await succeed(runCommand('curl', ['-sS', '--fail', url]))).toBe('hello\n');
    const refused = await runCommand('curl', ['-sS', url.replace('a%20b', 'a%20c')]);
    expect(refused.stdout).toContain('<Code>SignatureDoesNotMatch</Code>');
    await said('s3', 'rb', `s3://${name}`, '--force');
  });

  itWith('aws')('shows what is wrong in the words of AWS', options, async () => {
    const name = `words-${bucket}`;
    await said('s3', 'mb', `s3://${name}`);
    expect(await complaint('s3', 'cp', `s3://${name}/nothing`, 'nothing')).toContain(
      'fatal error: An error occurred (404) when calling the HeadObject operation: Key "nothing" does not exist',
    );
    expect(await complaint('s3api', 'get-object', '--bucket', name, '--key', 'nothing', 'nothing')).toContain(
      'An error occurred (NoSuchKey) when calling the GetObject operation: The specified key does not exist.',
    );
    expect(await complaint('s3', 'ls', `s3://not-${name}`)).toContain(
      'An error occurred (NoSuchBucket) when calling the ListObjectsV2 operation: The specified bucket does not exist',
    );
    expect(
      await complaint('s3api', 'create-bucket', '--bucket', `${name}-2`, '--region', 'ap-south-1'),
    ).toContain(
      'An error occurred (IllegalLocationConstraintException) when calling the CreateBucket operation: The unspecified location constraint is incompatible for the region specific endpoint this request was sent to.',
    );
    expect(await complaint('s3api', 'get-bucket-replication', '--bucket', name)).toContain(
      'An error occurred (ReplicationConfigurationNotFoundError) when calling the GetBucketReplication operation: The replication configuration was not found',
    );
    const wrong = await aws(['s3', 'ls'], { AWS_SECRET_ACCESS_KEY: 'not the secret' });
    expect(wrong.stderr).toContain(
      'An error occurred (SignatureDoesNotMatch) when calling the ListBuckets operation: The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    );
    const unknown = await aws(['s3', 'ls'], { AWS_ACCESS_KEY_ID: 'AKIAAAAAAAAAAAAAAAAA' });
    expect(unknown.stderr).toContain('(InvalidAccessKeyId)');
  });

  itWith('aws')('speaks IAM and STS, and hears what is not built', options, async () => {
    const user = `user-${bucket}`;
    expect(await answer('sts', 'get-caller-identity')).toEqual({
      UserId: server.owner.account,
      Account: server.owner.account,
      Arn: `arn:aws:iam::${server.owner.account}:root`,
    });
    await said('iam', 'create-user', '--user-name', user);
    const { AccessKey } = (await answer('iam', 'create-access-key', '--user-name', user)) as {
      AccessKey: { AccessKeyId: string; SecretAccessKey: string };
    };
    const asUser = {
      AWS_ACCESS_KEY_ID: AccessKey.AccessKeyId,
      AWS_SECRET_ACCESS_KEY: AccessKey.SecretAccessKey,
    };
    const refused = (await aws(['s3', 'ls'], asUser)).stderr;
    expect(refused).toContain(
      `An error occurred (AccessDenied) when calling the ListBuckets operation: User: arn:aws:iam::${server.owner.account}:user/${user} is not authorized to perform: s3:ListAllMyBuckets`,
    );
    expect(refused).toContain('because no identity-based policy allows the s3:ListAllMyBuckets action');
    expect(await complaint('iam', 'create-user', '--user-name', user)).toContain(
      `An error occurred (EntityAlreadyExists) when calling the CreateUser operation: User with name ${user} already exists.`,
    );
    expect(await complaint('kms', 'list-keys')).toContain(
      '(NotImplemented) when calling the ListKeys operation',
    );
    expect(await complaint('cloudwatch', 'list-metrics')).toContain(
      '(NotImplemented) when calling the ListMetrics operation',
    );
  });
});
