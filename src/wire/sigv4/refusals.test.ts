import { describe, expect, it } from 'vitest';
import {
  presignRequest,
  type RawRequest,
  type SigningOptions,
  signRequest,
} from '../../testing/raw-signing.ts';
import { createAuthenticator } from './authenticate.ts';
import type { CredentialAnswer, ErrorDialect } from './authenticated.ts';
import { checkScopeRegion, serviceOfCredential } from './scope.ts';

const NOW = Date.UTC(2026, 10, 21, 12, 0, 0);
const MINUTE_MS = 60_000;
const credentials = { accessKeyId: 'AKIAGOOD', secretAccessKey: 'secret' };
const answers: Record<string, CredentialAnswer<string>> = {
  AKIAGOOD: { secretAccessKey: 'secret', principal: 'alice' },
  AKIAOFF: 'disabled',
  ASIAOLD: 'expired',
  ASIAODD: 'invalid-token',
};

const authenticator = createAuthenticator({
  clock: { now: () => NOW, after: () => () => {} },
  credentials: { lookup: (id) => Promise.resolve(answers[id]) },
});

const get: RawRequest = { method: 'GET', url: '/bucket/key', headers: { host: 'localhost' } };
const sign = (options: Partial<SigningOptions> = {}, request = get) =>
  signRequest(request, { credentials, now: NOW, ...options });
const presign = (options: Partial<SigningOptions> & { expiresSeconds?: number } = {}, request = get) =>
  presignRequest(request, { credentials, now: NOW, expiresSeconds: 60, ...options });
const keyed = (accessKeyId: string) => ({ credentials: { accessKeyId, secretAccessKey: 'secret' } });

function header(
  request: RawRequest,
  name: string,
  change: (value: string) => string | undefined,
): RawRequest {
  const { [name]: before = '', ...rest } = request.headers;
  const after = change(before);
  return { ...request, headers: after === undefined ? rest : { ...rest, [name]: after } };
}

const authorization = (request: RawRequest, from: string | RegExp, to: string) =>
  header(request, 'authorization', (value) => value.replace(from, to));
const url = (request: RawRequest, from: string | RegExp, to: string): RawRequest => ({
  ...request,
  url: request.url.replace(from, to),
});

async function verify(request: RawRequest, service = 's3', dialect: ErrorDialect = 's3') {
  const body = Buffer.from(request.body ?? '');
  return authenticator.authenticate(
    { method: request.method, rawUrl: request.url, headers: request.headers, body },
    { service, dialect },
  );
}

describe('accepted', () => {
  const accepted: [what: string, request: RawRequest, service?: string, dialect?: ErrorDialect][] = [
    ['a signed request', sign()],
    ['no space after commas', authorization(sign(), /, /g, ',')],
    ['many spaces', authorization(sign(), /, ?/g, '  ,   ')],
    ['components in another order', authorization(sign(), /(Credential=[^,]*), (.*)/, '$2, $1')],
    ['15 minutes late', sign({ now: NOW - 15 * MINUTE_MS })],
    ['15 minutes early', sign({ now: NOW + 15 * MINUTE_MS })],
    ['a presigned URL', presign()],
    ['in its last second', presign({ now: NOW - 60_000 })],
    ['of seven days', presign({ expiresSeconds: 604_800, now: NOW - 6 * 24 * 60 * MINUTE_MS })],
    ['IAM with no region', sign({ service: 'iam', region: '' }), 'iam', 'query'],
  ];
  it.each(accepted)('%s', async (_what, request, service, dialect) => {
    expect(await verify(request, service, dialect)).toMatchObject({ kind: 'signed', principal: 'alice' });
  });

  it('header values that were folded', async () => {
    const request = sign({}, { ...get, headers: { host: 'localhost', 'x-amz-meta-a': 'b c' } });
    expect(await verify(header(request, 'x-amz-meta-a', () => 'b   c'))).toMatchObject({ kind: 'signed' });
  });

  it('a header that came twice, signed with a comma', async () => {
    const request = sign({}, { ...get, headers: { host: 'localhost', 'x-amz-meta-a': 'b,c' } });
    const joined = { ...request.headers, 'x-amz-meta-a': 'b, c' };
    const rawHeaders = ['X-Amz-Meta-A', 'b', 'X-Amz-Meta-A', 'c'];
    const received = { method: 'GET', rawUrl: request.url, headers: joined };
    const service = { service: 's3', dialect: 's3' } as const;
    expect(await authenticator.authenticate({ ...received, rawHeaders }, service)).toMatchObject({
      kind: 'signed',
    });
    await expect(authenticator.authenticate(received, service)).rejects.toMatchObject({
      code: 'SignatureDoesNotMatch',
    });
  });

  it('no signature at S3: anonymous', async () => {
    expect(await verify(get)).toEqual({ kind: 'anonymous', payload: { mode: 'unsigned' } });
  });
});

const MALFORMED = 'AuthorizationHeaderMalformed';
const QUERY = 'AuthorizationQueryParametersError';
const MISMATCH = 'SignatureDoesNotMatch';

describe('refused by S3', () => {
  const refused: [what: string, request: RawRequest, status: number, code: string, fields?: object][] = [
    [
      'another secret',
      sign({ credentials: { ...credentials, secretAccessKey: 'x' } }),
      403,
      MISMATCH,
      {
        AWSAccessKeyId: 'AKIAGOOD',
        CanonicalRequest: expect.stringContaining('GET\n/bucket/key\n'),
        StringToSignBytes: expect.stringMatching(/^41 57 53 34 /),
      },
    ],
    [
      'a signed header of a name that every object knows',
      authorization(sign(), 'SignedHeaders=', 'SignedHeaders=__proto__;constructor;'),
      403,
      MISMATCH,
    ],
    ['a signature cut short', authorization(sign(), /.$/, ''), 403, MISMATCH],
    [
      'an upper-case signature',
      authorization(sign(), /Signature=(.*)$/, `Signature=${'A'.repeat(64)}`),
      403,
      MISMATCH,
    ],
    ['an empty signature', authorization(sign(), /Signature=.*$/, 'Signature='), 400, MALFORMED],
    ['no signature', authorization(sign(), /, Signature=.*$/, ''), 400, MALFORMED],
    ['no signed headers', authorization(sign(), /SignedHeaders=[^,]*, /, ''), 400, MALFORMED],
    ['no credential', authorization(sign(), /Credential=[^,]*, /, ''), 400, MALFORMED],
    [
      'a component twice',
      authorization(sign(), 'SignedHeaders=', 'Signature=a, SignedHeaders='),
      400,
      MALFORMED,
    ],
    ['a credential of four parts', authorization(sign(), '/us-east-1', ''), 400, MALFORMED],
    ['no access key', authorization(sign(), 'AKIAGOOD', ''), 400, MALFORMED],
    ['another terminator', authorization(sign(), 'aws4_request', 'aws5_request'), 400, MALFORMED],
    ['a scope for another service', sign({ service: 'ec2' }), 400, MALFORMED],
    ['a scope of another day', authorization(sign(), '/20261121/', '/20261120/'), 400, MALFORMED],
    ['a scope date that is none', authorization(sign(), '/20261121/', '/2026112/'), 400, MALFORMED],
    [
      'a scope for another region than signed',
      authorization(sign(), 'us-east-1', 'ap-south-1'),
      403,
      MISMATCH,
    ],
    [
      'an unknown key',
      sign(keyed('AKIANOBODY')),
      403,
      'InvalidAccessKeyId',
      { AWSAccessKeyId: 'AKIANOBODY' },
    ],
    ['a disabled key', sign(keyed('AKIAOFF')), 403, 'InvalidAccessKeyId'],
    ['an expired session', sign(keyed('ASIAOLD')), 400, 'ExpiredToken'],
    ['a token of another key', sign(keyed('ASIAODD')), 400, 'InvalidToken'],
    [
      'a request of 16 minutes ago',
      sign({ now: NOW - 16 * MINUTE_MS }),
      403,
      'RequestTimeTooSkewed',
      { MaxAllowedSkewMilliseconds: '900000', ServerTime: '2026-11-21T12:00:00Z' },
    ],
    ['a request of the future', sign({ now: NOW + 16 * MINUTE_MS }), 403, 'RequestTimeTooSkewed'],
    ['no date', header(sign(), 'x-amz-date', () => undefined), 403, 'AccessDenied'],
    ['a date that is none', header(sign(), 'x-amz-date', () => '20261131T000000Z'), 403, 'AccessDenied'],
    ['no content hash', header(sign(), 'x-amz-content-sha256', () => undefined), 400, 'InvalidRequest'],
    [
      'a content hash that is none',
      sign({ payload: 'abc' }),
      400,
      'InvalidArgument',
      { ArgumentName: 'x-amz-content-sha256' },
    ],
    [
      'an elliptic content hash',
      sign({ payload: 'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD' }),
      501,
      'NotImplemented',
    ],
    ['an unsigned host', sign({ unsigned: ['host'] }), 403, 'AccessDenied', { HeadersNotSigned: 'host' }],
    [
      'an unsigned x-amz- header',
      sign({ unsigned: ['x-amz-acl'] }, { ...get, headers: { host: 'localhost', 'x-amz-acl': 'private' } }),
      403,
      'AccessDenied',
      { HeadersNotSigned: 'x-amz-acl' },
    ],
    [
      'version 2',
      header(get, 'authorization', () => 'AWS AKIAGOOD:frJIUN8DYpKDtOLCwo//yllqDzg='),
      400,
      'InvalidRequest',
    ],
    [
      'a version 2 URL',
      url(get, 'key', 'key?AWSAccessKeyId=AKIAGOOD&Signature=abc&Expires=1'),
      400,
      'InvalidRequest',
    ],
    [
      'version 4A',
      authorization(sign(), 'AWS4-HMAC-SHA256', 'AWS4-ECDSA-P256-SHA256'),
      501,
      'NotImplemented',
    ],
    [
      'basic authorization',
      header(get, 'authorization', () => 'Basic YTpi'),
      400,
      'InvalidArgument',
      { ArgumentValue: 'Basic' },
    ],
    ['an empty authorization', header(get, 'authorization', () => ''), 400, 'InvalidArgument'],
    ['header and URL at once', { ...sign({}, presign()) }, 400, 'InvalidArgument'],
    ['an absolute target', url(sign(), '/bucket', 'http://localhost/bucket'), 400, 'InvalidURI'],
    [
      'an expired URL',
      presign({ now: NOW - 61_000 }),
      403,
      'AccessDenied',
      { 'X-Amz-Expires': '60', Expires: '2026-11-21T11:59:59Z', ServerTime: '2026-11-21T12:00:00Z' },
    ],
    ['a URL not yet valid', presign({ now: NOW + 16 * MINUTE_MS }), 403, 'AccessDenied'],
    ['a URL of more than seven days', presign({ expiresSeconds: 604_801 }), 400, QUERY],
    ['a URL of negative days', presign({ expiresSeconds: -1 }), 400, QUERY],
    ['a URL prolonged', url(presign(), 'Expires=60', 'Expires=61'), 403, MISMATCH],
    ['a URL whose expiry is no number', url(presign(), 'Expires=60', 'Expires=6e1'), 400, QUERY],
    ['a URL without expiry', url(presign(), '&X-Amz-Expires=60', ''), 400, QUERY],
    ['a URL without signature', url(presign(), /&X-Amz-Signature=.*/, ''), 400, QUERY],
    ['a URL without date', url(presign(), /&X-Amz-Date=[^&]*/, ''), 400, QUERY],
    ['a URL without signed headers', url(presign(), /&X-Amz-SignedHeaders=[^&]*/, ''), 400, QUERY],
    ['a URL without algorithm', url(presign(), /X-Amz-Algorithm=[^&]*&/, ''), 400, QUERY],
    ['a URL of another algorithm', url(presign(), 'AWS4-HMAC-SHA256', 'AWS4-HMAC-SHA512'), 400, QUERY],
    [
      'a URL of version 4A',
      url(presign(), 'AWS4-HMAC-SHA256', 'AWS4-ECDSA-P256-SHA256'),
      501,
      'NotImplemented',
    ],
    ['a URL with a bad credential', url(presign(), '%2Fs3', ''), 400, QUERY],
    ['a URL with a bad date', url(presign(), /X-Amz-Date=[^&]*/, 'X-Amz-Date=today'), 400, QUERY],
    ['a URL scoped to another service', presign({ service: 'sts' }), 400, QUERY],
    ['a URL with a parameter twice', url(presign(), /$/, '&X-Amz-Expires=9999'), 400, QUERY],
    [
      'a URL with an unsigned x-amz- header',
      header(presign(), 'x-amz-acl', () => 'public-read'),
      403,
      'AccessDenied',
      { HeadersNotSigned: 'x-amz-acl' },
    ],
    ['a URL at another host', header(presign(), 'host', () => 'other'), 403, MISMATCH],
    ['a URL with another method', { ...presign(), method: 'PUT' }, 403, MISMATCH],
    ['a URL with an expired session', presign(keyed('ASIAOLD')), 400, 'ExpiredToken'],
  ];
  it.each(refused)('%s', async (_what, request, status, code, fields = {}) => {
    await expect(verify(request)).rejects.toMatchObject({ code, status, fields });
  });
});

describe('refused by the other services in their own words', () => {
  const refused: [what: string, request: RawRequest, query: [number, string], json: [number, string]][] = [
    ['anonymous', get, [403, 'MissingAuthenticationToken'], [400, 'MissingAuthenticationTokenException']],
    [
      'another secret',
      sign({ service: 'sts', credentials: { ...credentials, secretAccessKey: 'x' } }),
      [403, MISMATCH],
      [400, 'InvalidSignatureException'],
    ],
    [
      'another body',
      { ...sign({ service: 'sts' }), body: 'x' },
      [403, MISMATCH],
      [400, 'InvalidSignatureException'],
    ],
    [
      'an unknown key',
      sign({ service: 'sts', ...keyed('AKIANOBODY') }),
      [403, 'InvalidClientTokenId'],
      [400, 'UnrecognizedClientException'],
    ],
    [
      'a disabled key',
      sign({ service: 'sts', ...keyed('AKIAOFF') }),
      [403, 'InvalidClientTokenId'],
      [400, 'UnrecognizedClientException'],
    ],
    [
      'an expired session',
      sign({ service: 'sts', ...keyed('ASIAOLD') }),
      [403, 'ExpiredToken'],
      [400, 'ExpiredTokenException'],
    ],
    [
      'an old request',
      sign({ service: 'sts', now: NOW - 16 * MINUTE_MS }),
      [403, MISMATCH],
      [400, 'InvalidSignatureException'],
    ],
    ['another service', sign({ service: 'iam' }), [403, MISMATCH], [400, 'InvalidSignatureException']],
    [
      'half an authorization',
      authorization(sign({ service: 'sts' }), /, Signature=.*/, ''),
      [400, 'IncompleteSignature'],
      [400, 'IncompleteSignatureException'],
    ],
    [
      'an unsigned target',
      sign(
        { service: 'sts', unsigned: ['x-amz-target'] },
        { ...get, headers: { host: 'localhost', 'x-amz-target': 'T.Op' } },
      ),
      [403, MISMATCH],
      [400, 'InvalidSignatureException'],
    ],
  ];
  it.each(refused)('%s', async (_what, request, [queryStatus, queryCode], [jsonStatus, jsonCode]) => {
    await expect(verify(request, 'sts', 'query')).rejects.toMatchObject({
      status: queryStatus,
      code: queryCode,
    });
    await expect(verify(request, 'sts', 'json')).rejects.toMatchObject({
      status: jsonStatus,
      code: jsonCode,
    });
  });
});

describe('the credential scope', () => {
  it('names the service before anything is verified', () => {
    for (const service of ['s3', 'iam', 'monitoring']) {
      expect(serviceOfCredential(sign({ service }).headers['authorization'], '/')).toBe(service);
      expect(serviceOfCredential(undefined, presign({ service }).url)).toBe(service);
    }
    expect(serviceOfCredential(sign({ service: 'iam', region: '' }).headers['authorization'], '/')).toBe(
      'iam',
    );
    expect(serviceOfCredential(undefined, '/bucket?prefix=Credential=a/b/c/iam/x')).toBeUndefined();
  });

  it('must name the region that answers', () => {
    const scope = { date: '20261121', region: 'us-east-1', service: 's3' };
    expect(() => checkScopeRegion(scope, 'us-east-1', 'REST-HEADER')).not.toThrow();
    expect(() => checkScopeRegion(scope, 'ap-south-1', 'REST-HEADER')).toThrow(
      expect.objectContaining({ code: MALFORMED, status: 400, fields: { Region: 'ap-south-1' } }),
    );
    expect(() => checkScopeRegion(scope, 'ap-south-1', 'REST-QUERY-STRING')).toThrow(
      expect.objectContaining({
        code: 'AuthorizationQueryParametersError',
        message:
          "Error parsing the X-Amz-Credential parameter; the region 'us-east-1' is wrong; expecting 'ap-south-1'",
        fields: { Region: 'ap-south-1' },
      }),
    );
  });
});
