import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { projectRoot } from '../scripts/demo/world.ts';
import { itWith, runCommand } from '../src/testing/real-command.ts';
import { awsEnvironment, realServer, succeed } from './real-server.ts';

const TEST_MS_MAX = 180_000;
const server = realServer();
const itWithBoto3 = itWith('python3', ['-c', 'import boto3']);

describe('boto3', () => {
  itWithBoto3(
    'replicates, runs a job, and hears NotImplemented in the protocol of each service',
    { timeout: TEST_MS_MAX },
    async () => {
      const script = join(projectRoot, 'e2e/through-boto3.py');
      const parameters = [script, server.endpoint, server.owner.account, join(server.folder, 'large')];
      const environment = awsEnvironment(server.folder, server.owner);
      const output = await succeed(runCommand('python3', parameters, environment));
      const refused = [501, 'NotImplemented'];
      expect(JSON.parse(output)).toEqual({
        replicated: {
          small: ['COMPLETED', 'REPLICA', true, true],
          large: ['COMPLETED', 'REPLICA', true, true],
        },
        job: {
          waiting: ['Suspended', 'AWAITING_CONFIRMATION'],
          done: ['Complete', 7, 'go on'],
          progress: [2, 2, 0],
          listed: [true],
          tags: [{ Key: 'team', Value: 'data' }],
          again: ['JobStatusException', 400],
          unknown: ['NotFoundException', 400],
        },
        kms: refused,
        cloudwatch: refused,
        s3control: refused,
        s3: refused,
        iam: refused,
        sts: refused,
      });
    },
  );
});
