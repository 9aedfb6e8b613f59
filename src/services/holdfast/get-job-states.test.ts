import { hash } from 'node:crypto';
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateJobCommand, UpdateJobStatusCommand } from '@aws-sdk/client-s3-control';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signRequest } from '../../command-line/sign-request.ts';
import { systemClock } from '../../lib/clock.ts';
import { startTestSite, type TestKeys, type TestSite } from '../../testing/test-site.ts';

let test: TestSite;
let jobId: string;
beforeAll(async () => {
  // Nothing runs: a job stays as its callers left it.
  test = await startTestSite({ replicate: false });
  const { account } = test.owner;
  const control = test.s3control();
  const created = await control.send(
    new CreateJobCommand({
      AccountId: account,
      Operation: { S3ReplicateObject: {} },
      Report: { Enabled: false },
      ManifestGenerator: {
        S3JobManifestGenerator: { SourceBucket: 'arn:aws:s3:::photos', EnableManifestOutput: false },
      },
      Priority: 10,
      Tags: [{ Key: 'team', Value: 'blue' }],
      RoleArn: await roleArn(),
    }),
  );
  jobId = created.JobId ?? '';
  await control.send(
    new UpdateJobStatusCommand({
      AccountId: account,
      JobId: jobId,
      RequestedJobStatus: 'Cancelled',
      StatusUpdateReason: 'not today',
    }),
  );
});
afterAll(() => test[Symbol.asyncDispose]());

async function roleArn(): Promise<string> {
  const { Role } = await test.iam().send(
    new CreateRoleCommand({
      RoleName: 'batch',
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'batchoperations.s3.amazonaws.com' },
            Action: 'sts:AssumeRole',
          },
        ],
      }),
    }),
  );
  return Role?.Arn ?? '';
}

async function user(name: string, statement?: object): Promise<TestKeys> {
  const iam = test.iam();
  await iam.send(new CreateUserCommand({ UserName: name }));
  if (statement !== undefined) {
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    await iam.send(new PutUserPolicyCommand({ UserName: name, PolicyName: 'only', PolicyDocument }));
  }
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: name }));
  const { AccessKeyId = '', SecretAccessKey = '' } = AccessKey ?? {};
  return { account: test.owner.account, accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey };
}

async function ask(input: object, keys: TestKeys = test.owner) {
  const url = new URL('/_holdfast/api/GetJobStates', test.endpoint);
  const body = JSON.stringify(input);
  const { host: _, ...headers } = signRequest(
    {
      method: 'POST',
      host: url.host,
      path: url.pathname,
      payloadHash: hash('sha256', body),
      region: 'us-east-1',
      service: 'holdfast',
      nowMs: systemClock.now(),
    },
    keys,
  );
  const response = await fetch(url, { method: 'POST', body, headers });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
const inHome = () => ({ jobId, region: 'us-east-1' });

describe('GetJobStates', () => {
  it('tells every state with its time and cause', async () => {
    const { status, body } = await ask(inHome());
    expect(status).toBe(200);
    const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(body).toEqual({
      states: [
        { status: 'New', at },
        { status: 'Cancelling', at, cause: 'cancelled: not today' },
      ],
    });
  });

  it('is for who may describe the job', async () => {
    const arn = `arn:aws:s3:us-east-1:${test.owner.account}:job/${jobId}`;
    const allowed = await user('allowed', { Effect: 'Allow', Action: 's3:DescribeJob', Resource: arn });
    expect((await ask(inHome(), allowed)).status).toBe(200);
    const other = await user('other', { Effect: 'Allow', Action: 's3:DescribeJob', Resource: `${arn}x` });
    expect((await ask(inHome(), other)).status).toBe(403);
    // The site's administrators have no say in another's jobs by that alone.
    const operator = await user('operator', { Effect: 'Allow', Action: 'holdfast:*', Resource: '*' });
    expect((await ask(inHome(), operator)).status).toBe(403);
  });

  it('keeps to what policies say of the job itself, its operation and tags', async () => {
    const mayDescribe = (condition: object) => ({
      Effect: 'Allow',
      Action: 's3:DescribeJob',
      Resource: '*',
      Condition: { StringEquals: condition },
    });
    const tagged = await user('tagged', mayDescribe({ 'aws:ResourceTag/team': 'blue' }));
    expect((await ask(inHome(), tagged)).status).toBe(200);
    const otherTag = await user('other-tag', mayDescribe({ 'aws:ResourceTag/team': 'red' }));
    expect((await ask(inHome(), otherTag)).status).toBe(403);
    const copies = await user('copies', mayDescribe({ 's3:ExistingJobOperation': 'S3PutObjectCopy' }));
    expect((await ask(inHome(), copies)).status).toBe(403);
  });

  it('keeps to what policies say of the request', async () => {
    const mayDescribe = (Condition: object) => ({
      Effect: 'Allow',
      Action: 's3:DescribeJob',
      Resource: '*',
      Condition,
    });
    const conditions: [object, number][] = [
      [{ DateGreaterThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' } }, 200],
      [{ DateLessThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' } }, 403],
      [{ StringEquals: { 'aws:RequestedRegion': 'us-east-1' } }, 200],
      [{ StringEquals: { 'aws:RequestedRegion': 'ap-south-1' } }, 403],
    ];
    for (const [index, [condition, status]] of conditions.entries()) {
      const keys = await user(`under-condition-${index}`, mayDescribe(condition));
      expect((await ask(inHome(), keys)).status).toBe(status);
    }
  });

  it('knows no job of another account, of another region or of nobody', async () => {
    const stranger = await test.createAccount('stranger');
    const unknown = { status: 400, body: { code: 'NotFoundException' } };
    expect(await ask(inHome(), stranger)).toMatchObject(unknown);
    const elsewhere = [...test.site.site.regions.keys()].find((region) => region !== 'us-east-1') ?? '';
    expect(await ask({ ...inHome(), region: elsewhere })).toMatchObject(unknown);
    expect(await ask({ ...inHome(), jobId: 'nobody' })).toMatchObject(unknown);
  });

  it.each([
    [{ region: 'us-east-1' }, 'jobId must be a text.'],
    [{ jobId: 'x' }, 'region must be a text.'],
    [{ jobId: 'x', region: 'mars-1' }, 'region is no region of this site.'],
    [{ jobId: 'x', region: 'us-east-1', more: 1 }, 'more is not a parameter of this operation.'],
  ])('%j is refused', async (input, message) => {
    expect(await ask(input)).toEqual({ status: 400, body: { code: 'ValidationError', message } });
  });
});
