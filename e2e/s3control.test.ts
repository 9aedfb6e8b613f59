import { Agent } from 'node:http';
import {
  CreateJobCommand,
  DescribeJobCommand,
  ListJobsCommand,
  S3ControlClient,
} from '@aws-sdk/client-s3-control';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountHostHint } from '../scripts/demo/account-host.ts';
import { signRequest } from '../src/testing/raw-signing.ts';
import { itWith, runCommand } from '../src/testing/real-command.ts';
import { startTestSite, type TestSite } from '../src/testing/test-site.ts';
import { awsCommands, succeed } from './real-server.ts';

// How clients reach S3 Control, and what goes over the wire: the account in front of the host, AWS's own document
// forms. Nothing runs the jobs here.

const NAMESPACE = 'http://awss3control.amazonaws.com/doc/2018-08-20/';
const TEST_MS_MAX = 120_000;
let site: TestSite;
let account: string;

beforeAll(async () => {
  site = await startTestSite({ replicate: false });
  ({ account } = site.owner);
});
afterAll(async () => {
  await site[Symbol.asyncDispose]();
  expect(site.faults).toEqual([]);
});

async function send(method: string, path: string, body = '', headers: Record<string, string> = {}) {
  const host = `localhost:${site.port}`;
  const request = {
    method,
    url: `/v20180820/jobs${path}`,
    headers: { host, 'x-amz-account-id': account, ...headers },
    body,
  };
  const signed = signRequest(request, { credentials: site.owner, now: Date.now() });
  const { host: _, ...sent } = signed.headers;
  const response = await fetch(`http://${host}${request.url}`, {
    method,
    headers: sent,
    ...(method === 'GET' || method === 'DELETE' ? {} : { body }),
  });
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
}

function createJobRequest(
  token: string,
  more = '',
  root = 'CreateJobRequest',
  namespace = NAMESPACE,
): string {
  return [
    `<?xml version="1.0" encoding="UTF-8"?><${root} xmlns="${namespace}">${more}`,
    `<RoleArn>arn:aws:iam::${account}:role/batch</RoleArn><Priority>1</Priority>`,
    `<ManifestGenerator><S3JobManifestGenerator><Filter><MatchAnyObjectEncryption><ObjectEncryption><NOT-SSE/></ObjectEncryption>`,
    `</MatchAnyObjectEncryption><MatchAnyStorageClass><member>STANDARD</member></MatchAnyStorageClass></Filter>`,
    `<EnableManifestOutput>false</EnableManifestOutput><SourceBucket>arn:aws:s3:::source</SourceBucket>`,
    `</S3JobManifestGenerator></ManifestGenerator><ClientRequestToken>${token}</ClientRequestToken>`,
    `<Report><Enabled>false</Enabled></Report><Operation><S3ReplicateObject/></Operation></${root}>`,
  ].join('');
}

/** A request with every kind of element. */
async function damageable(): Promise<string> {
  const copy = `<S3PutObjectCopy><TargetResource>arn:aws:s3:::target</TargetResource><MetadataDirective>REPLACE</MetadataDirective><NewObjectMetadata><UserMetadata><entry><key>colour</key><value>blue</value></entry></UserMetadata><HttpExpiresDate>2030-01-01T00:00:00Z</HttpExpiresDate></NewObjectMetadata><NewObjectTagging><member><Key>a</Key><Value>b</Value></member></NewObjectTagging><ModifiedSinceConstraint>2026-01-01T00:00:00Z</ModifiedSinceConstraint></S3PutObjectCopy>`;
  const report = `<Enabled>true</Enabled><Bucket>arn:aws:s3:::reports</Bucket><Prefix>p</Prefix><Format>Report_CSV_20180820</Format><ReportScope>AllTasks</ReportScope>`;
  const more = `<Description>damage &amp; more</Description><Tags><member><Key>team</Key><Value>data</Value></member></Tags>`;
  const request = createJobRequest('damaged', more)
    .replace('<S3ReplicateObject/>', copy)
    .replace('<Enabled>false</Enabled>', report);
  expect((await send('POST', '', request)).status).toBe(200);
  return request;
}

describe('documents', () => {
  it('an empty list is a list', async () => {
    const { status, type, text } = await send('GET', '');
    expect({ status, type }).toEqual({ status: 200, type: 'application/xml' });
    expect(text).toMatch(
      new RegExp(
        `^<\\?xml version="1.0" encoding="UTF-8"\\?>\n?<ListJobsResult xmlns="${NAMESPACE}"><Jobs(/>|></Jobs>)</ListJobsResult>$`,
      ),
    );
  });

  it('elements come in any order; lists and encryptions are written as AWS writes them', async () => {
    const created = await send('POST', '', createJobRequest('any order'));
    expect(created.text).toMatch(/<CreateJobResult [^>]*><JobId>[\da-f-]{36}<\/JobId><\/CreateJobResult>$/);
    const jobId = /<JobId>(.*)<\/JobId>/.exec(created.text)?.[1] ?? '';
    const { text } = await send('GET', `/${jobId}`);
    expect(text).toMatch(
      /<MatchAnyObjectEncryption><ObjectEncryption><NOT-SSE(\/>|><\/NOT-SSE>)<\/ObjectEncryption><\/MatchAnyObjectEncryption>/,
    );
    expect(text).toContain('<MatchAnyStorageClass><member>STANDARD</member></MatchAnyStorageClass>');
    expect(text).toMatch(/<CreationTime>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z<\/CreationTime>/);
    expect(text).toMatch(/<Operation><S3ReplicateObject(\/>|><\/S3ReplicateObject>)<\/Operation>/);
    for (const element of [
      'FailureReasons',
      'SuspendedDate',
      'TerminationDate',
      'Manifest>',
      'StatusUpdateReason',
    ]) {
      expect(text).not.toContain(`<${element}`);
    }
  });

  it.each([
    ['another root', () => createJobRequest('root', '', 'CreateJob')],
    [
      'another namespace',
      () => createJobRequest('namespace', '', 'CreateJobRequest', 'http://s3.amazonaws.com/doc/2006-03-01/'),
    ],
    ['an unknown element', () => createJobRequest('unknown', '<Colour>blue</Colour>')],
    ['an element twice', () => createJobRequest('twice', '<Priority>2</Priority>')],
    ['a number that is none', () => createJobRequest('number').replace('<Priority>1', '<Priority>one')],
    ['a boolean that is none', () => createJobRequest('boolean').replace('false</Enabled>', 'no</Enabled>')],
    ['a required element missing', () => createJobRequest('missing').replace(/<Report>.*<\/Report>/, '')],
    ['a list without members', () => createJobRequest('list').replace(/<\/?member>/g, '')],
    ['half a document', () => createJobRequest('half').slice(0, 300)],
    ['no document', () => ''],
  ])('%s is malformed', async (_what, body) => {
    const { status, text } = await send('POST', '', body());
    expect(status).toBe(400);
    expect(text).toContain('<Code>MalformedXML</Code>');
  });

  it('no damage to a request is our fault, nor makes a job that cannot be described', async () => {
    const whole = await damageable();
    const place = fc.nat({ max: whole.length - 1 });
    const piece = fc.constantFrom(
      '',
      '<',
      '>',
      '&',
      '&#0;',
      '&#x1;',
      ']]>',
      '\u{1f600}',
      '-1',
      '1e400',
      'null',
      '<member/>',
      '<!--',
      '\u0000',
    );
    const damage = fc.array(fc.tuple(place, fc.nat({ max: 40 }), piece), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(damage, async (cuts) => {
        const body = cuts.reduce(
          (text, [at, length, put]) => text.slice(0, at) + put + text.slice(at + length),
          whole,
        );
        const { status, text } = await send('POST', '', body);
        expect([200, 400, 403, 501]).toContain(status);
        const jobId = /<JobId>(.*)<\/JobId>/.exec(text)?.[1];
        if (jobId !== undefined) expect((await send('GET', `/${jobId}`)).status).toBe(200);
      }),
      { numRuns: 400 },
    );
  });

  it('errors are wrapped', async () => {
    const { status, type, text } = await send('GET', '/00000000-0000-4000-8000-000000000000');
    expect({ status, type }).toEqual({ status: 400, type: 'application/xml' });
    expect(text).toMatch(
      /<ErrorResponse><Error><Code>NotFoundException<\/Code><Message>[^<]+<\/Message><\/Error><RequestId>[\dA-F]{16}<\/RequestId><HostId>[^<]+<\/HostId><\/ErrorResponse>$/,
    );
  });

  it('what the query lacks is said', async () => {
    const priority = await send('POST', '/some/priority');
    expect(priority.status).toBe(400);
    expect(priority.text).toContain('priority');
    expect((await send('POST', '/some/priority?priority=high')).status).toBe(400);
    expect((await send('POST', '/some/status')).text).toContain('requestedJobStatus');
  });
});

describe('clients', () => {
  it('the SDK with its own host', async () => {
    // What a resolver with libnss-myhostname or systemd answers.
    const lookup = (_name: string, _options: object, found: (error: null, addresses: object[]) => void) =>
      found(null, [{ address: '127.0.0.1', family: 4 }]);
    const client = new S3ControlClient({
      endpoint: `http://localhost:${site.port}`,
      region: 'us-east-1',
      credentials: site.owner,
      requestHandler: {
        httpAgent: new Agent({
          lookup: lookup as NonNullable<ConstructorParameters<typeof Agent>[0]>['lookup'],
        }),
      },
    });
    const { JobId } = await client.send(
      new CreateJobCommand({
        AccountId: account,
        Operation: { S3ReplicateObject: {} },
        Report: { Enabled: false },
        Priority: 0,
        RoleArn: `arn:aws:iam::${account}:role/batch`,
        ManifestGenerator: {
          S3JobManifestGenerator: { SourceBucket: 'arn:aws:s3:::source', EnableManifestOutput: false },
        },
      }),
    );
    const { Job } = await client.send(new DescribeJobCommand({ AccountId: account, JobId }));
    expect(Job).toMatchObject({ JobId, Status: 'New', Priority: 0 });
    const { Jobs = [] } = await client.send(new ListJobsCommand({ AccountId: account }));
    expect(Jobs.map((job) => job.JobId)).toContain(JobId);
    client.destroy();
  });

  describe.each(awsCommands())('%s', (command) => {
    const words = (...more: string[]) => [
      '--endpoint-url',
      `http://localhost:${site.port}`,
      '--output',
      'json',
      's3control',
      ...more,
    ];
    const environment = () => ({
      AWS_ACCESS_KEY_ID: site.owner.accessKeyId,
      AWS_SECRET_ACCESS_KEY: site.owner.secretAccessKey,
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_PAGER: '',
    });

    itWith('aws')('jobs are made, changed, tagged and listed', { timeout: TEST_MS_MAX }, async () => {
      const hint = await accountHostHint(account, site.endpoint);
      const named = ['--account-id', account];
      const reach = hint === undefined ? {} : { http_proxy: site.endpoint };
      const said = async (...more: string[]): Promise<unknown> => {
        const text = await succeed(runCommand(command, words(...more), { ...environment(), ...reach }));
        return text === '' ? {} : JSON.parse(text);
      };
      const generator = { SourceBucket: 'arn:aws:s3:::source', EnableManifestOutput: false };
      const create = `create-job --operation {"S3ReplicateObject":{}} --report Enabled=false --priority 3 --no-confirmation-required --tags Key=team,Value=data --role-arn arn:aws:iam::${account}:role/batch --description ${command}`;
      const source = JSON.stringify({ S3JobManifestGenerator: generator });
      const made = await said(...create.split(' '), ...named, '--manifest-generator', source);
      const { JobId: jobId } = made as { readonly JobId: string };
      const job = [...named, '--job-id', jobId];
      expect(await said('describe-job', ...job)).toMatchObject({
        Job: {
          JobId: jobId,
          Status: 'New',
          ConfirmationRequired: false,
          Description: command,
          Report: { Enabled: false },
        },
      });
      expect(await said('update-job-priority', ...job, '--priority', '8')).toEqual({
        JobId: jobId,
        Priority: 8,
      });
      expect(await said('get-job-tagging', ...job)).toEqual({ Tags: [{ Key: 'team', Value: 'data' }] });
      await said('put-job-tagging', ...job, '--tags', 'Key=a,Value=b');
      await said('delete-job-tagging', ...job);
      expect(await said('get-job-tagging', ...job)).toEqual({ Tags: [] });
      const cancel = [
        'update-job-status',
        ...job,
        '--requested-job-status',
        'Cancelled',
        '--status-update-reason',
        'no more',
      ];
      expect(await said(...cancel)).toMatchObject({
        JobId: jobId,
        Status: 'Cancelling',
        StatusUpdateReason: 'no more',
      });
      expect(
        await said('list-jobs', ...named, '--job-statuses', 'Cancelling', '--max-results', '50'),
      ).toMatchObject({
        Jobs: expect.arrayContaining([expect.objectContaining({ JobId: jobId, Priority: 8 })]),
      });
    });

    itWith('aws')('without a resolver, by a proxy that is the server', { timeout: TEST_MS_MAX }, async () => {
      const parameters = [
        '--endpoint-url',
        'http://unresolvable.invalid',
        's3control',
        'list-jobs',
        '--account-id',
        account,
      ];
      const { stdout, stderr } = await runCommand(command, parameters, {
        ...environment(),
        http_proxy: site.endpoint,
      });
      expect(stderr).toBe('');
      expect(JSON.parse(stdout)).toHaveProperty('Jobs');
    });
  });
});
