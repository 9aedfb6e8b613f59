import {
  GetBucketReplicationCommand,
  GetBucketVersioningCommand,
  PutBucketPolicyCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { itWith, runCommand } from '../src/testing/real-command.ts';
import { CommandLineWorld } from './command-line-world.ts';
import { awsEnvironment, realServer, succeed } from './real-server.ts';

// `holdfast rule create` as a person types it: roles, policies and rules by AWS calls alone.

const TEST_MS_MAX = 120_000;
const options = { timeout: TEST_MS_MAX };
const server = realServer();
const world = new CommandLineWorld(server);

const rulesOf = async (bucket: string) => {
  const { ReplicationConfiguration: found } = await world
    .s3()
    .send(new GetBucketReplicationCommand({ Bucket: bucket }));
  return found?.Rules?.map(({ ID, Priority, Destination }) => [ID, Priority, Destination?.Bucket]);
};
const commandsOf = (text: string): string[] => text.split('\n').filter((line) => line.startsWith('aws '));
const pasted = (script: string) =>
  runCommand('bash', ['-c', script], awsEnvironment(server.folder, server.owner), server.folder);

describe('holdfast rule create', options, () => {
  it('makes role, policy and rule, and what is written then is replicated', async () => {
    await world.bucket('one');
    await world.bucket('one-copy');
    const said = await world.said('rule', 'create', 'one', 'one-copy');
    expect(commandsOf(said).map((line) => line.split(' ').slice(3, 5).join(' '))).toEqual([
      'iam create-role',
      'iam put-role-policy',
      's3api put-bucket-replication',
    ]);
    expect(said).toContain('\nRule to-one-copy: what is written to one from now on goes to one-copy.\n');
    expect(said).toMatch(/\nFor what is there already: holdfast jobs create one\n$/);
    await world.put('one', 'key');
    expect(await world.settled('one', 'key')).toBe('COMPLETED');
    expect(await world.status('one-copy', 'key')).toBe('REPLICA');

    const again = await world.run(['rule', 'create', 'one', 'one-copy']);
    expect(again).toMatchObject({ code: 0, stdout: 'The rule to-one-copy of one does this already.\n' });
  });

  it('keeps the rules that are there, and their role', async () => {
    await world.bucket('two');
    for (const destination of ['two-a', 'two-b']) await world.bucket(destination);
    await world.said('rule', 'create', 'two', 'two-a', '--prefix', 'a/', '--delete-markers');
    const said = await world.said('rule', 'create', 'two', 'two-b', '--tag', 'to=b', '--id', 'second');
    expect(said).toContain('# the role s3crr_role_for_two exists and is used\n');
    expect(said).toContain('# the rule, behind the 1 that is there');
    expect(said).toContain(
      'Rule second: what has the tag to=b and is written to two from now on goes to two-b.',
    );
    expect(await rulesOf('two')).toEqual([
      ['to-two-a', 0, 'arn:aws:s3:::two-a'],
      ['second', 1, 'arn:aws:s3:::two-b'],
    ]);
    await world.put('two', 'a/key');
    expect(await world.settled('two', 'a/key')).toBe('COMPLETED');
  });

  it('enables versioning only when it is told so', async () => {
    await world.bucket('three', { versioned: false });
    await world.bucket('three-copy', { versioned: false });
    expect(await world.refused('rule', 'create', 'three', 'three-copy')).toEqual({
      code: 2,
      stderr: 'holdfast: Versioning of three is off, and replication needs it: add --enable-versioning.\n',
    });
    const versioning = new GetBucketVersioningCommand({ Bucket: 'three' });
    expect((await world.s3().send(versioning)).Status).toBeUndefined();
    await world.said('rule', 'create', 'three', 'three-copy', '--enable-versioning');
    expect((await world.s3().send(versioning)).Status).toBe('Enabled');
    expect(await rulesOf('three')).toEqual([['to-three-copy', 0, 'arn:aws:s3:::three-copy']]);
  });

  it('prints what another account must allow, as a command that works', async () => {
    const partner = server.account('partner');
    await world.bucket('four');
    await world.bucket('theirs', { keys: partner });
    expect((await world.refused('rule', 'create', 'four', 'theirs')).stderr).toContain(
      "where it is another account's, name that account with --account ID.",
    );
    const create = ['rule', 'create', 'four', 'theirs', '--account', partner.account];
    const made = (await world.json(...create)) as { destinationPolicy: object; added: boolean };
    expect(made).toMatchObject({ added: true, ruleId: 'to-theirs', region: 'us-east-1' });
    const { stdout } = await world.run([...create, '--prefix', 'x']);
    const policy = commandsOf(stdout).find((line) => line.includes('put-bucket-policy'));
    expect(stdout).toContain(`Account ${partner.account} must let the role in`);
    // The policy is the same, whatever the rule's filter.
    expect(policy).toContain(JSON.stringify(made.destinationPolicy));
    await world.put('four', 'refused');
    expect(await world.settled('four', 'refused')).toBe('FAILED');
    const letIn = { Bucket: 'theirs', Policy: JSON.stringify(made.destinationPolicy) };
    await world.s3(partner).send(new PutBucketPolicyCommand(letIn));
    await world.put('four', 'let in');
    expect(await world.settled('four', 'let in')).toBe('COMPLETED');
    expect(await world.status('theirs', 'let in', partner)).toBe('REPLICA');
  });

  itWith('aws')(
    'a dry run changes nothing, and what it prints does the same when pasted',
    options,
    async () => {
      await world.bucket('five', { versioned: false });
      await world.bucket('five-copy', { versioned: false });
      const said = await world.said('rule', 'create', 'five', 'five-copy', '--tag', "it's=a b", '--dry-run');
      await expect(rulesOf('five')).rejects.toThrow(/replication configuration was not found/);
      expect(commandsOf(said)).toHaveLength(5);
      await succeed(pasted(`set -e\n${said}`));
      expect(await rulesOf('five')).toEqual([['to-five-copy', 0, 'arn:aws:s3:::five-copy']]);
    },
  );

  it('with --batch replicates what is there already, too', async () => {
    await world.bucket('six');
    await world.bucket('six-copy');
    await world.put('six', 'old');
    const said = await world.said('rule', 'create', 'six', 'six-copy', '--batch');
    const jobId = /^Job (\S+)$/m.exec(said)?.[1] ?? '';
    expect((await world.run(['jobs', 'follow', jobId])).code).toBe(0);
    expect(await world.status('six-copy', 'old')).toBe('REPLICA');
  });

  it.each<[string[], string]>([
    [[], 'Type holdfast rule create SOURCE DESTINATION.'],
    [['create', 'a'], 'Type holdfast rule create SOURCE DESTINATION.'],
    [['create', 'a', 'a'], 'A bucket cannot be replicated into itself.'],
    [['create', 'a', 'b', '--tag', 'x'], 'A tag is KEY=VALUE, not "x".'],
    [['create', 'a', 'b', '--account', '1'], '--account is an account\'s 12 digits, not "1".'],
    [['create', 'a', 'b', '--batch', '--no-batch'], 'Type --batch or --no-batch.'],
    [
      ['create', 'a', 'b', '--tag', 'x=y', '--delete-markers'],
      'Delete markers have no tags: a rule with --tag cannot have --delete-markers.',
    ],
  ])('%j is a sentence and exit code 2', async (words, complaint) => {
    expect(await world.refused('rule', ...words)).toEqual({ code: 2, stderr: `holdfast: ${complaint}\n` });
  });

  it('a role that is named must be there, and trust S3', async () => {
    const role = (name: string) => ['--role', `arn:aws:iam::${server.owner.account}:role/${name}`];
    const ours = role('service-role/s3crr_role_for_one');
    await world.bucket('seven');
    expect((await world.refused('rule', 'create', 'seven', 'one-copy', ...role('nobody'))).stderr).toMatch(
      /^holdfast: There is no role arn:aws:iam::\d{12}:role\/nobody\.$/m,
    );
    expect((await world.refused('jobs', 'create', 'one', '--no-report', ...ours)).stderr).toContain(
      'The role s3crr_role_for_one does not trust batchoperations.s3.amazonaws.com: ',
    );
    expect(await world.said('rule', 'create', 'seven', 'one-copy', ...ours)).not.toContain('iam ');
  });

  it('what is not there is a sentence and exit code 1', async () => {
    expect(await world.refused('rule', 'create', 'nowhere', 'one-copy')).toEqual({
      code: 1,
      stderr:
        'holdfast: There is no bucket nowhere: make it with aws s3api create-bucket --bucket nowhere.\n',
    });
  });
});
