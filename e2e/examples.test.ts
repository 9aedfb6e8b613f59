import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import {
  exampleDocument,
  FAR_REGION,
  type Keys,
  PARTNER,
  REPLICA,
  ROLE,
  SOURCE,
} from '../scripts/demo/world.ts';
import { itWith, runCommand } from '../src/testing/real-command.ts';
import { awsEnvironment, realServer, succeed } from './real-server.ts';

// The classic recipe with exactly the documents of examples/, done by the IAM user awssecadmin that has administrator
// rights, and not by root.

const TEST_MS_MAX = 240_000;
const ARRIVAL_MS_MAX = 60_000;
const ADMINISTRATOR = 'arn:aws:iam::aws:policy/AdministratorAccess';
const server = realServer();

const awsAs =
  (keys: Keys) =>
  (...words: string[]): Promise<string> =>
    succeed(
      runCommand(
        'aws',
        ['--endpoint-url', server.endpoint, ...words],
        awsEnvironment(server.folder, keys),
        server.folder,
      ),
    );

async function createAdministrator(root: Keys): Promise<Keys> {
  const aws = awsAs(root);
  await aws('iam', 'create-user', '--user-name', 'awssecadmin');
  await aws('iam', 'attach-user-policy', '--user-name', 'awssecadmin', '--policy-arn', ADMINISTRATOR);
  const made = JSON.parse(
    await aws('iam', 'create-access-key', '--user-name', 'awssecadmin', '--output', 'json'),
  ) as { AccessKey: { AccessKeyId: string; SecretAccessKey: string } };
  return {
    account: root.account,
    accessKeyId: made.AccessKey.AccessKeyId,
    secretAccessKey: made.AccessKey.SecretAccessKey,
  };
}

const versioned = ['--versioning-configuration', 'Status=Enabled'];
const far = ['--region', FAR_REGION];
const farBucket = [...far, '--create-bucket-configuration', `LocationConstraint=${FAR_REGION}`];

describe('examples/', () => {
  itWith('aws')('replicate when awssecadmin applies them', { timeout: TEST_MS_MAX }, async () => {
    const partner = server.account('partner');
    const document = (name: string): string => {
      const path = join(server.folder, name);
      writeFileSync(path, exampleDocument(name, { owner: server.owner, partner }));
      return `file://${path}`;
    };
    const asPartner = awsAs(partner);
    const asAdministrator = awsAs(await createAdministrator(server.owner));
    expect(await asAdministrator('sts', 'get-caller-identity', '--query', 'Arn', '--output', 'text')).toBe(
      `arn:aws:iam::${server.owner.account}:user/awssecadmin\n`,
    );

    await asAdministrator('s3api', 'create-bucket', '--bucket', SOURCE);
    await asAdministrator('s3api', 'create-bucket', '--bucket', REPLICA, ...farBucket);
    await asPartner('s3api', 'create-bucket', '--bucket', PARTNER, ...farBucket);
    await asAdministrator('s3api', 'put-bucket-versioning', '--bucket', SOURCE, ...versioned);
    await asAdministrator('s3api', 'put-bucket-versioning', '--bucket', REPLICA, ...far, ...versioned);
    await asPartner('s3api', 'put-bucket-versioning', '--bucket', PARTNER, ...far, ...versioned);
    const trust = ['--assume-role-policy-document', document('assume-role-policy.json')];
    await asAdministrator('iam', 'create-role', '--role-name', ROLE, ...trust);
    const rights = [
      '--policy-name',
      'replication',
      '--policy-document',
      document('replication-permissions-policy.json'),
    ];
    await asAdministrator('iam', 'put-role-policy', '--role-name', ROLE, ...rights);
    const letIn = ['--policy', document('destination-bucket-policy.json')];
    await asPartner('s3api', 'put-bucket-policy', '--bucket', PARTNER, ...far, ...letIn);
    const rules = ['--replication-configuration', document('replication.json')];
    await asAdministrator('s3api', 'put-bucket-replication', '--bucket', SOURCE, ...rules);

    writeFileSync(join(server.folder, 'file.txt'), 'from awssecadmin\n');
    await asAdministrator('s3', 'cp', 'file.txt', `s3://${SOURCE}/file.txt`, '--no-progress');
    const status = (aws: typeof asPartner, bucket: string, ...region: string[]) =>
      aws(
        's3api',
        'head-object',
        '--bucket',
        bucket,
        '--key',
        'file.txt',
        ...region,
        '--query',
        'ReplicationStatus',
        '--output',
        'text',
      );
    await expect
      .poll(() => status(asAdministrator, SOURCE), { timeout: ARRIVAL_MS_MAX, interval: 100 })
      .toBe('COMPLETED\n');
    expect(await status(asAdministrator, REPLICA, ...far)).toBe('REPLICA\n');
    expect(await status(asPartner, PARTNER, ...far)).toBe('REPLICA\n');
    await asPartner('s3', 'cp', `s3://${PARTNER}/file.txt`, 'received.txt', ...far, '--no-progress');
    expect(readFileSync(join(server.folder, 'received.txt'), 'utf8')).toBe('from awssecadmin\n');
  });
});
