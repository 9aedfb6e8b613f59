import { type Ask, ask, changed, type SecurityCase, signedBy, withHeader, withUrl } from './case.ts';
import { ACCOUNT_A, ACCOUNT_B, type Person } from './people.ts';
import type { World } from './world.ts';

// S3 Control: nobody looks at the jobs of others, changes them, or lets a job act for him under a role that he may not
// pass.

const row = (what: string, send: SecurityCase['send'], status: number, code: string): SecurityCase => ({
  what,
  send,
  status,
  code,
});

/** The smallest job, on alpha-private. */
export function createJobXml(options: {
  readonly role?: string;
  readonly token: string;
  readonly tags?: string;
}): string {
  const { role = 'batch', token, tags = '' } = options;
  return [
    '<CreateJobRequest xmlns="http://awss3control.amazonaws.com/doc/2018-08-20/">',
    '<Operation><S3ReplicateObject/></Operation><Report><Enabled>false</Enabled></Report>',
    `<ClientRequestToken>${token}</ClientRequestToken>`,
    '<ManifestGenerator><S3JobManifestGenerator><SourceBucket>arn:aws:s3:::alpha-private</SourceBucket>',
    '<EnableManifestOutput>false</EnableManifestOutput></S3JobManifestGenerator></ManifestGenerator>',
    `<Priority>1</Priority><RoleArn>arn:aws:iam::${ACCOUNT_A}:role/${role}</RoleArn>${tags}</CreateJobRequest>`,
  ].join('');
}

export function control(method: string, path: string, account = ACCOUNT_A, body?: string): Ask {
  const url = `/v20180820/jobs${path}`;
  const headers = { 'x-amz-account-id': account };
  return { method, url, headers, ...(body === undefined ? {} : { body }) };
}

const TAGS =
  '<PutJobTaggingRequest><Tags><member><Key>k</Key><Value>v</Value></member></Tags></PutJobTaggingRequest>';

/** Every operation on jobs; `jobId` is of a job of A. */
const operations: [name: string, request: (jobId: string, account: string) => Ask][] = [
  ['CreateJob', (_jobId, account) => control('POST', '', account, createJobXml({ token: 'stranger' }))],
  ['ListJobs', (_jobId, account) => control('GET', '', account)],
  ['DescribeJob', (jobId, account) => control('GET', `/${jobId}`, account)],
  ['UpdateJobPriority', (jobId, account) => control('POST', `/${jobId}/priority?priority=9`, account)],
  [
    'UpdateJobStatus',
    (jobId, account) => control('POST', `/${jobId}/status?requestedJobStatus=Cancelled`, account),
  ],
  ['PutJobTagging', (jobId, account) => control('PUT', `/${jobId}/tagging`, account, TAGS)],
  ['GetJobTagging', (jobId, account) => control('GET', `/${jobId}/tagging`, account)],
  ['DeleteJobTagging', (jobId, account) => control('DELETE', `/${jobId}/tagging`, account)],
];
const onJob = operations.filter(([name]) => name !== 'CreateJob' && name !== 'ListJobs');

function askTags(method: string, account: string, query = '', body?: string): Ask {
  const headers = { 'x-amz-account-id': account };
  const url = `/v20180820/tags/arn%3Aaws%3As3%3A%3A%3Aalpha-private${query}`;
  return { method, url, headers, ...(body === undefined ? {} : { body }) };
}

const BUCKET_TAGS =
  '<TagResourceRequest xmlns="http://awss3control.amazonaws.com/doc/2018-08-20/"><Tags><Tag><Key>k</Key><Value>v</Value></Tag></Tags></TagResourceRequest>';

/** Every operation on the tags of a bucket, of A's alpha-private. */
const onTags: [name: string, request: (account: string) => Ask][] = [
  ['ListTagsForResource', (account) => askTags('GET', account)],
  ['TagResource', (account) => askTags('POST', account, '', BUCKET_TAGS)],
  ['UntagResource', (account) => askTags('DELETE', account, '?tagKeys=k')],
];

type Request = (world: World) => Ask;
const by =
  (person: Person, request: Request): SecurityCase['send'] =>
  (world) =>
    signedBy(person, request(world))(world);

const describe: Request = ({ jobId }) => control('GET', `/${jobId}`);
const cancel: Request = ({ jobId }) => control('POST', `/${jobId}/status?requestedJobStatus=Cancelled`);
const withHost =
  (label: string): Request =>
  (world) => {
    const { headers, ...request } = describe(world);
    return { ...request, headers: { ...headers, host: `${label}.${world.host}` } };
  };

export const controlCases: SecurityCase[] = [
  ...operations.flatMap(([name, request]) => [
    row(`unsigned: ${name}`, (world) => ask(world, request(world.jobId, ACCOUNT_A)), 403, 'AccessDenied'),
    row(
      `no policy: s3:${name}`,
      by('nobody', ({ jobId }) => request(jobId, ACCOUNT_A)),
      403,
      'AccessDenied',
    ),
    row(
      `another account’s ${name}`,
      by('bob', ({ jobId }) => request(jobId, ACCOUNT_A)),
      403,
      'AccessDenied',
    ),
    row(
      `another account’s root: ${name}`,
      by('rootB', ({ jobId }) => request(jobId, ACCOUNT_A)),
      403,
      'AccessDenied',
    ),
  ]),
  ...onJob.map(([name, request]) =>
    row(
      `a job of another account through one’s own: ${name}`,
      by('bob', ({ jobId }) => request(jobId, ACCOUNT_B)),
      400,
      'NotFoundException',
    ),
  ),
  ...onTags.flatMap(([name, request]) => [
    row(`unsigned: ${name}`, (world) => ask(world, request(ACCOUNT_A)), 403, 'AccessDenied'),
    ...(['nobody', 'bob', 'rootB'] as const).map((person) =>
      row(
        `${name} by ${person}`,
        by(person, () => request(ACCOUNT_A)),
        403,
        'AccessDenied',
      ),
    ),
    row(
      `a bucket of another account through one’s own: ${name}`,
      by('rootB', () => request(ACCOUNT_B)),
      403,
      'AccessDenied',
    ),
  ]),
  row(
    'a role that the caller may not pass',
    by('keeper', () => control('POST', '', ACCOUNT_A, createJobXml({ token: 'keeper' }))),
    403,
    'AccessDenied',
  ),
  row(
    'a role of another account',
    by('rootB', () => control('POST', '', ACCOUNT_B, createJobXml({ token: 'b' }))),
    403,
    'AccessDenied',
  ),
  row('a session policy that says nothing of jobs', by('narrow', describe), 403, 'AccessDenied'),
  row('a permissions boundary that says nothing of jobs', by('bounded', cancel), 403, 'AccessDenied'),
  row('two accounts in one request', by('alice', withHost(ACCOUNT_B)), 400, 'InvalidRequest'),
  row(
    'no account',
    by('alice', ({ jobId }) => ({ url: `/v20180820/jobs/${jobId}` })),
    400,
    'InvalidRequest',
  ),
  row(
    'an account that is none',
    by('alice', ({ jobId }) => control('GET', `/${jobId}`, 'me')),
    400,
    'InvalidRequest',
  ),
  row(
    'another account than signed',
    changed(
      by('bob', ({ jobId }) => control('GET', `/${jobId}`, ACCOUNT_B)),
      withHeader('x-amz-account-id', ACCOUNT_A),
    ),
    403,
    'SignatureDoesNotMatch',
  ),
  row(
    'another priority than signed',
    changed(
      by('alice', ({ jobId }) => control('POST', `/${jobId}/priority?priority=2`)),
      withUrl('priority=2', 'priority=9'),
    ),
    403,
    'SignatureDoesNotMatch',
  ),
  row(
    'another status than signed',
    changed(by('alice', cancel), withUrl('Cancelled', 'Ready')),
    403,
    'SignatureDoesNotMatch',
  ),
  row(
    'a region that is none of ours',
    (world) => signedBy('alice', describe(world), { region: 'eu-west-9' })(world),
    400,
    'AuthorizationHeaderMalformed',
  ),
  row(
    'the job’s other region',
    (world) => signedBy('alice', describe(world), { region: 'ap-south-1' })(world),
    400,
    'NotFoundException',
  ),
  row(
    'a document type in a request',
    by('alice', () => {
      const body = `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>${createJobXml({ token: '&e;' })}`;
      return control('POST', '', ACCOUNT_A, body);
    }),
    400,
    'MalformedXML',
  ),
  row(
    'a job of ten thousand nested elements',
    by('alice', () => control('POST', '', ACCOUNT_A, '<Operation>'.repeat(10_000))),
    400,
    'MalformedXML',
  ),
  row(
    'a next token that was not given out',
    by('alice', () => control('GET', '?nextToken=..%2F..%2Fjobs')),
    400,
    'InvalidNextTokenException',
  ),
];
