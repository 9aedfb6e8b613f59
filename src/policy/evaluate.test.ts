import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePolicy } from './document.ts';
import { evaluate } from './evaluate.ts';
import type { ApplicablePolicies, Decision, PolicyDocument, Principal } from './types.ts';

const OWN = '111111111111';
const OTHER = '222222222222';
const BUCKET = 'arn:aws:s3:::photos';
const OBJECT = `${BUCKET}/2026/a.jpg`;

const alice: Principal = {
  kind: 'user',
  account: OWN,
  arn: `arn:aws:iam::${OWN}:user/alice`,
  userId: 'AIDAALICE',
  userName: 'alice',
};
const session: Principal = {
  kind: 'role-session',
  account: OWN,
  roleArn: `arn:aws:iam::${OWN}:role/service-role/copier`,
  roleId: 'AROACOPIER',
  sessionName: 's1',
  arn: `arn:aws:sts::${OWN}:assumed-role/copier/s1`,
};
const root: Principal = { kind: 'root', account: OWN };
const anonymous: Principal = { kind: 'anonymous' };
const service: Principal = { kind: 'service', service: 's3.amazonaws.com' };

type Json = Record<string, unknown>;

function identityPolicy(...statements: Json[]): PolicyDocument {
  return parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }), 'identity');
}
function resourcePolicy(...statements: Json[]): PolicyDocument {
  return parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }), 'resource');
}
const allow = (more: Json = {}): Json => ({
  Effect: 'Allow',
  Action: 's3:GetObject',
  Resource: `${BUCKET}/*`,
  ...more,
});
const deny = (more: Json = {}): Json => ({ ...allow(more), Effect: 'Deny' });
const aws = (...names: string[]): Json => ({ Principal: { AWS: names } });

function decide(principal: Principal, policies: Partial<ApplicablePolicies>): string {
  const request = {
    principal,
    action: 's3:GetObject',
    resource: OBJECT,
    context: { 'aws:SecureTransport': 'true' },
  };
  return inWords(evaluate(request, { identity: [], resourceAccount: OWN, ...policies }));
}
function inWords(decision: Decision): string {
  if (decision.decision === 'allow') return 'allow';
  return decision.decision === 'explicit-deny' ? `deny by ${decision.policy}` : `no ${decision.missing}`;
}

const ALLOW = identityPolicy(allow());
const DENY = identityPolicy(deny());
const UNRELATED = identityPolicy(allow({ Action: 's3:PutObject' }));
const ALICE = `arn:aws:iam::${OWN}:user/alice`;
const ROLE = `arn:aws:iam::${OWN}:role/service-role/copier`;
const SESSION = `arn:aws:sts::${OWN}:assumed-role/copier/s1`;
const ACCOUNT = `arn:aws:iam::${OWN}:root`;

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html and
// access_policies_boundaries.html
describe('evaluation, by AWS rules', () => {
  it.each<[string, Principal, Partial<ApplicablePolicies>, string]>([
    // Within one account: either side is enough.
    ['user: nothing says anything', alice, {}, 'no identity'],
    ['user: identity allows', alice, { identity: [ALLOW] }, 'allow'],
    ['user: identity speaks of something else', alice, { identity: [UNRELATED] }, 'no identity'],
    ['user: one of two documents allows', alice, { identity: [UNRELATED, ALLOW] }, 'allow'],
    ['user: identity denies', alice, { identity: [ALLOW, DENY] }, 'deny by identity'],
    ['user: resource names it', alice, { resource: resourcePolicy(allow(aws(ALICE))) }, 'allow'],
    [
      'user: resource names everyone',
      alice,
      { resource: resourcePolicy(allow({ Principal: '*' })) },
      'allow',
    ],
    ['user: resource names AWS *', alice, { resource: resourcePolicy(allow(aws('*'))) }, 'allow'],
    [
      'user: resource names another',
      alice,
      { resource: resourcePolicy(allow(aws(`${ALICE}2`))) },
      'no identity',
    ],
    [
      'user: resource only names its account',
      alice,
      { resource: resourcePolicy(allow(aws(ACCOUNT))) },
      'no identity',
    ],
    [
      'user: account id is the same name',
      alice,
      { resource: resourcePolicy(allow(aws(OWN))) },
      'no identity',
    ],
    [
      'user: account named and identity allows',
      alice,
      { identity: [ALLOW], resource: resourcePolicy(allow(aws(OWN))) },
      'allow',
    ],
    [
      'user: identity allows, resource denies it',
      alice,
      { identity: [ALLOW], resource: resourcePolicy(deny(aws(ALICE))) },
      'deny by resource',
    ],
    [
      'user: identity allows, resource denies the account',
      alice,
      { identity: [ALLOW], resource: resourcePolicy(deny(aws(ACCOUNT))) },
      'deny by resource',
    ],
    [
      'user: identity allows, resource denies everyone',
      alice,
      { identity: [ALLOW], resource: resourcePolicy(deny({ Principal: '*' })) },
      'deny by resource',
    ],
    [
      'user: resource allows, identity denies',
      alice,
      { identity: [DENY], resource: resourcePolicy(allow(aws(ALICE))) },
      'deny by identity',
    ],
    [
      'user: resource allows a service only',
      alice,
      { resource: resourcePolicy(allow({ Principal: { Service: 's3.amazonaws.com' } })) },
      'no identity',
    ],
    // Boundaries.
    ['boundary allows too', alice, { identity: [ALLOW], boundary: ALLOW }, 'allow'],
    ['boundary is silent', alice, { identity: [ALLOW], boundary: UNRELATED }, 'no boundary'],
    ['boundary alone gives nothing', alice, { boundary: ALLOW }, 'no identity'],
    ['boundary denies', alice, { identity: [ALLOW], boundary: DENY }, 'deny by boundary'],
    [
      'a user named by the resource is not cut by its boundary',
      alice,
      { boundary: UNRELATED, resource: resourcePolicy(allow(aws(ALICE))) },
      'allow',
    ],
    [
      'but a denying boundary holds',
      alice,
      { boundary: DENY, resource: resourcePolicy(allow(aws(ALICE))) },
      'deny by boundary',
    ],
    // Role sessions.
    ['session: role policy allows', session, { identity: [ALLOW] }, 'allow'],
    ['session: nothing', session, {}, 'no identity'],
    ['session: session policy silent', session, { identity: [ALLOW], session: [UNRELATED] }, 'no session'],
    [
      'session: an empty session policy list allows nothing',
      session,
      { identity: [ALLOW], session: [] },
      'no session',
    ],
    ['session: session policy allows', session, { identity: [ALLOW], session: [ALLOW] }, 'allow'],
    ['session: session policy alone gives nothing', session, { session: [ALLOW] }, 'no identity'],
    ['session: session policy denies', session, { identity: [ALLOW], session: [DENY] }, 'deny by session'],
    [
      'session: boundary and session policy cut',
      session,
      { identity: [ALLOW], boundary: UNRELATED, session: [ALLOW] },
      'no boundary',
    ],
    ['session: resource names the role', session, { resource: resourcePolicy(allow(aws(ROLE))) }, 'allow'],
    [
      'session: role named, boundary silent',
      session,
      { boundary: UNRELATED, resource: resourcePolicy(allow(aws(ROLE))) },
      'no boundary',
    ],
    [
      'session: role named, session policy silent',
      session,
      { session: [UNRELATED], resource: resourcePolicy(allow(aws(ROLE))) },
      'no session',
    ],
    [
      'session: session named, session policy silent',
      session,
      { session: [UNRELATED], resource: resourcePolicy(allow(aws(SESSION))) },
      'allow',
    ],
    [
      'session: session named, boundary silent',
      session,
      { boundary: UNRELATED, resource: resourcePolicy(allow(aws(SESSION))) },
      'allow',
    ],
    [
      'session: everyone named, session policy silent',
      session,
      { session: [UNRELATED], resource: resourcePolicy(allow({ Principal: '*' })) },
      'no session',
    ],
    [
      'session: resource names another session',
      session,
      { resource: resourcePolicy(allow(aws(`${SESSION}2`))) },
      'no identity',
    ],
    [
      'session: resource names a role without the path',
      session,
      { resource: resourcePolicy(allow(aws(`arn:aws:iam::${OWN}:role/copier`))) },
      'no identity',
    ],
    [
      'session: resource denies the role',
      session,
      { identity: [ALLOW], resource: resourcePolicy(deny(aws(ROLE))) },
      'deny by resource',
    ],
    // The root of the account.
    ['root: nothing needed in its account', root, {}, 'allow'],
    [
      'root: bound by an explicit deny',
      root,
      { resource: resourcePolicy(deny({ Principal: '*' })) },
      'deny by resource',
    ],
    ['root: named as account', root, { resource: resourcePolicy(deny(aws(OWN))) }, 'deny by resource'],
    ['root: no resource policy of another account', root, { resourceAccount: OTHER }, 'no resource'],
    [
      'root: allowed by another account',
      root,
      { resourceAccount: OTHER, resource: resourcePolicy(allow(aws(OWN))) },
      'allow',
    ],
    // Between accounts: both sides.
    ['cross: only identity', alice, { resourceAccount: OTHER, identity: [ALLOW] }, 'no resource'],
    [
      'cross: only resource',
      alice,
      { resourceAccount: OTHER, resource: resourcePolicy(allow(aws(ALICE))) },
      'no identity',
    ],
    [
      'cross: resource names everyone, identity silent',
      alice,
      { resourceAccount: OTHER, resource: resourcePolicy(allow({ Principal: '*' })) },
      'no identity',
    ],
    [
      'cross: both, by user',
      alice,
      { resourceAccount: OTHER, identity: [ALLOW], resource: resourcePolicy(allow(aws(ALICE))) },
      'allow',
    ],
    [
      'cross: both, by account',
      alice,
      { resourceAccount: OTHER, identity: [ALLOW], resource: resourcePolicy(allow(aws(ACCOUNT))) },
      'allow',
    ],
    [
      'cross: both, by role',
      session,
      { resourceAccount: OTHER, identity: [ALLOW], resource: resourcePolicy(allow(aws(ROLE))) },
      'allow',
    ],
    [
      'cross: both, boundary silent',
      alice,
      {
        resourceAccount: OTHER,
        identity: [ALLOW],
        boundary: UNRELATED,
        resource: resourcePolicy(allow(aws(ALICE))),
      },
      'no boundary',
    ],
    [
      'cross: identity denies',
      alice,
      { resourceAccount: OTHER, identity: [DENY], resource: resourcePolicy(allow(aws(ALICE))) },
      'deny by identity',
    ],
    [
      'cross: resource denies',
      alice,
      {
        resourceAccount: OTHER,
        identity: [ALLOW],
        resource: resourcePolicy(allow(aws(ALICE)), deny({ Principal: '*' })),
      },
      'deny by resource',
    ],
    [
      'cross: resource names its own account',
      alice,
      { resourceAccount: OTHER, identity: [ALLOW], resource: resourcePolicy(allow(aws(OTHER))) },
      'no resource',
    ],
    // Nobody, and services.
    ['anonymous: nothing', anonymous, {}, 'no resource'],
    ['anonymous: everyone', anonymous, { resource: resourcePolicy(allow({ Principal: '*' })) }, 'allow'],
    ['anonymous: AWS *', anonymous, { resource: resourcePolicy(allow(aws('*'))) }, 'allow'],
    ['anonymous: account', anonymous, { resource: resourcePolicy(allow(aws(OWN))) }, 'no resource'],
    [
      'anonymous: everyone, but denied',
      anonymous,
      { resource: resourcePolicy(allow({ Principal: '*' }), deny({ Principal: '*' })) },
      'deny by resource',
    ],
    [
      'service: named',
      service,
      { resource: resourcePolicy(allow({ Principal: { Service: 's3.amazonaws.com' } })) },
      'allow',
    ],
    [
      'service: another is named',
      service,
      { resource: resourcePolicy(allow({ Principal: { Service: 'ec2.amazonaws.com' } })) },
      'no resource',
    ],
    [
      'service: one of several',
      service,
      {
        resource: resourcePolicy(
          allow({ Principal: { Service: ['ec2.amazonaws.com', 's3.amazonaws.com'] } }),
        ),
      },
      'allow',
    ],
    ['service: nothing', service, {}, 'no resource'],
    // NotPrincipal spares only who is listed at every level.
    [
      'NotPrincipal: user and account listed',
      alice,
      { identity: [ALLOW], resource: resourcePolicy(deny({ NotPrincipal: { AWS: [ALICE, ACCOUNT] } })) },
      'allow',
    ],
    [
      'NotPrincipal: account missing',
      alice,
      { identity: [ALLOW], resource: resourcePolicy(deny({ NotPrincipal: { AWS: [ALICE] } })) },
      'deny by resource',
    ],
    [
      'NotPrincipal: another user',
      alice,
      {
        identity: [ALLOW],
        resource: resourcePolicy(deny({ NotPrincipal: { AWS: [`${ALICE}2`, ACCOUNT] } })),
      },
      'deny by resource',
    ],
    [
      'NotPrincipal: session at all levels',
      session,
      { identity: [ALLOW], resource: resourcePolicy(deny({ NotPrincipal: { AWS: [SESSION, ROLE, OWN] } })) },
      'allow',
    ],
    [
      'NotPrincipal: session without its name',
      session,
      { identity: [ALLOW], resource: resourcePolicy(deny({ NotPrincipal: { AWS: [ROLE, OWN] } })) },
      'deny by resource',
    ],
    [
      'NotPrincipal: anonymous is never spared',
      anonymous,
      { resource: resourcePolicy(allow({ Principal: '*' }), deny({ NotPrincipal: { AWS: [OWN] } })) },
      'deny by resource',
    ],
    // Resources that need their own policy (a role's trust).
    [
      'mandatory: identity alone is not enough',
      alice,
      { identity: [ALLOW], resourceMustAllow: true },
      'no resource',
    ],
    [
      'mandatory: named user needs nothing else',
      alice,
      { resourceMustAllow: true, resource: resourcePolicy(allow(aws(ALICE))) },
      'allow',
    ],
    [
      'mandatory: account named, identity silent',
      alice,
      { resourceMustAllow: true, resource: resourcePolicy(allow(aws(OWN))) },
      'no identity',
    ],
    [
      'mandatory: account named, identity allows',
      alice,
      { identity: [ALLOW], resourceMustAllow: true, resource: resourcePolicy(allow(aws(OWN))) },
      'allow',
    ],
    ['mandatory: root', root, { resourceMustAllow: true }, 'no resource'],
  ])('%s', (_name, principal, policies, expected) => {
    expect(decide(principal, policies)).toBe(expected);
  });

  it.each<[string, Json, string, string, boolean]>([
    ['action in any case', { Action: 'S3:getobject' }, 's3:GetObject', OBJECT, true],
    ['action star', { Action: 's3:*' }, 's3:GetObject', OBJECT, true],
    ['action prefix', { Action: 's3:Get*' }, 's3:GetObjectTagging', OBJECT, true],
    ['action prefix of something else', { Action: 's3:Put*' }, 's3:GetObject', OBJECT, false],
    ['action question mark', { Action: 's3:?etObject' }, 's3:GetObject', OBJECT, true],
    ['action everything', { Action: '*' }, 'iam:CreateUser', OBJECT, true],
    ['action is not a prefix by itself', { Action: 's3:GetObject' }, 's3:GetObjectVersion', OBJECT, false],
    ['one of several actions', { Action: ['s3:PutObject', 's3:GetObject'] }, 's3:GetObject', OBJECT, true],
    ['NotAction, other', { Action: undefined, NotAction: 's3:Delete*' }, 's3:GetObject', OBJECT, true],
    ['NotAction, named', { Action: undefined, NotAction: 's3:Get*' }, 's3:GetObject', OBJECT, false],
    ['resource of another bucket', { Resource: 'arn:aws:s3:::photos2/*' }, 's3:GetObject', OBJECT, false],
    ['bucket is not its objects', { Resource: BUCKET }, 's3:GetObject', OBJECT, false],
    ['objects are not the bucket', { Action: 's3:ListBucket' }, 's3:ListBucket', BUCKET, false],
    ['bucket with star covers both', { Resource: `${BUCKET}*` }, 's3:GetObject', OBJECT, true],
    ['star crosses slashes', { Resource: `${BUCKET}/*.jpg` }, 's3:GetObject', OBJECT, true],
    ['resource in another case', { Resource: `${BUCKET}/2026/A.jpg` }, 's3:GetObject', OBJECT, false],
    [
      'NotResource, other',
      { Resource: undefined, NotResource: `${BUCKET}/private/*` },
      's3:GetObject',
      OBJECT,
      true,
    ],
    [
      'NotResource, named',
      { Resource: undefined, NotResource: `${BUCKET}/*` },
      's3:GetObject',
      OBJECT,
      false,
    ],
    [
      'variable in a resource',
      { Resource: `${BUCKET}/\${aws:username}/*` },
      's3:GetObject',
      `${BUCKET}/alice/x`,
      true,
    ],
    [
      'variable of somebody else',
      { Resource: `${BUCKET}/\${aws:username}/*` },
      's3:GetObject',
      `${BUCKET}/bob/x`,
      false,
    ],
    [
      'variable without value',
      { Resource: `${BUCKET}/\${aws:PrincipalTag/team}/*` },
      's3:GetObject',
      `${BUCKET}//x`,
      false,
    ],
    [
      'variable with default',
      { Resource: `${BUCKET}/\${aws:PrincipalTag/team, 'none'}/*` },
      's3:GetObject',
      `${BUCKET}/none/x`,
      true,
    ],
    [
      'NotResource with an unknown variable allows nothing',
      { Resource: undefined, NotResource: `${BUCKET}/\${aws:PrincipalTag/team}/*` },
      's3:GetObject',
      OBJECT,
      false,
    ],
    [
      'variable that never ends',
      { Resource: `${BUCKET}/\${aws:username` },
      's3:GetObject',
      `${BUCKET}/alice`,
      false,
    ],
    [
      'variables, not one of which ends',
      { Resource: `${BUCKET}/${'${'.repeat(60_000)}` },
      's3:GetObject',
      OBJECT,
      false,
    ],
    ['literal star', { Resource: `${BUCKET}/\${*}` }, 's3:GetObject', `${BUCKET}/*`, true],
    ['literal star is no wildcard', { Resource: `${BUCKET}/\${*}` }, 's3:GetObject', `${BUCKET}/x`, false],
    [
      'literal dollar and question mark',
      { Resource: `${BUCKET}/\${$}\${?}` },
      's3:GetObject',
      `${BUCKET}/$?`,
      true,
    ],
    ['keys may hold colons', { Resource: `${BUCKET}/a*z` }, 's3:GetObject', `${BUCKET}/a:b:z`, true],
    ['star ends its segment and crosses', { Resource: 'arn:aws:s3:*' }, 's3:GetObject', OBJECT, true],
    [
      'account star',
      { Action: 'iam:*', Resource: 'arn:aws:iam::*:role/x' },
      'iam:PassRole',
      `arn:aws:iam::${OWN}:role/x`,
      true,
    ],
    [
      'inner star stays in its segment',
      { Action: 'iam:*', Resource: 'arn:aws:i*m::1:role/x' },
      'iam:PassRole',
      'arn:aws:ix:m::1:role/x',
      false,
    ],
  ])('statement: %s', (_name, more, action, resource, expected) => {
    const identity = [identityPolicy(allow(more))];
    const decision = evaluate(
      { principal: alice, action, resource, context: {} },
      { identity, resourceAccount: OWN },
    );
    expect(decision.decision === 'allow').toBe(expected);
  });

  it('names the statement that denied, by Sid or by number', () => {
    const request = { principal: alice, action: 's3:GetObject', resource: OBJECT, context: {} };
    const by = (...statements: Json[]) =>
      evaluate(request, { identity: [identityPolicy(...statements)], resourceAccount: OWN });
    expect(by(allow(), deny({ Sid: 'NoReads' }))).toMatchObject({
      decision: 'explicit-deny',
      statement: 'NoReads',
    });
    expect(by(allow(), deny())).toMatchObject({ decision: 'explicit-deny', statement: '#2' });
  });

  it('aws:TokenIssueTime is when the token was issued, or now for a session that has none', () => {
    const younger = { DateGreaterThan: { 'aws:TokenIssueTime': '2026-01-01T00:00:00Z' } };
    const identity = [identityPolicy(allow({ Condition: younger }))];
    const asked = (principal: Principal) =>
      evaluate(
        {
          principal,
          action: 's3:GetObject',
          resource: OBJECT,
          context: {
            'aws:CurrentTime': '2026-06-01T00:00:00.000Z',
            'aws:TokenIssueTime': '2030-01-01T00:00:00Z',
          },
        },
        { identity, resourceAccount: OWN },
      ).decision;
    expect(asked({ ...session, tokenIssuedAtMs: Date.UTC(2025, 11) })).toBe('implicit-deny');
    expect(asked({ ...session, tokenIssuedAtMs: Date.UTC(2026, 1) })).toBe('allow');
    expect(asked(session)).toBe('allow');
    expect(asked(alice)).toBe('implicit-deny');
  });

  it('takes 2008 documents without variables', () => {
    const json = JSON.stringify({ Statement: allow({ Resource: `${BUCKET}/\${aws:username}` }) });
    const identity = [parsePolicy(json, 'identity')];
    const ask = (resource: string) =>
      evaluate(
        { principal: alice, action: 's3:GetObject', resource, context: {} },
        { identity, resourceAccount: OWN },
      );
    expect(ask(`${BUCKET}/alice`).decision).toBe('implicit-deny');
    expect(ask(`${BUCKET}/\${aws:username}`).decision).toBe('allow');
  });

  it('lets no request pose as somebody by a context key', () => {
    const identity = [identityPolicy(allow({ Condition: { StringEquals: { 'aws:username': 'admin' } } }))];
    const request = {
      principal: alice,
      action: 's3:GetObject',
      resource: OBJECT,
      context: { 'AWS:UserName': 'admin' },
    };
    expect(evaluate(request, { identity, resourceAccount: OWN }).decision).toBe('implicit-deny');
  });
});

const statements = fc.array(
  fc.record({
    Effect: fc.constantFrom('Allow', 'Deny'),
    Action: fc.constantFrom('s3:*', 's3:GetObject', 's3:Put*', '*'),
    Resource: fc.constantFrom('*', `${BUCKET}/*`, OBJECT, BUCKET),
    Principal: fc.constantFrom<unknown>(
      '*',
      { AWS: ALICE },
      { AWS: OWN },
      { AWS: ROLE },
      { Service: 's3.amazonaws.com' },
    ),
  }),
  { minLength: 1, maxLength: 6 },
);
const principals = fc.constantFrom(alice, session, root, anonymous, service);
const accounts = fc.constantFrom(OWN, OTHER);

describe('evaluation, as properties', () => {
  it('an applying deny wins, whatever else is said', () => {
    fc.assert(
      fc.property(statements, principals, accounts, (list, principal, resourceAccount) => {
        const resource = resourcePolicy(...list, deny({ Principal: '*', Resource: '*' }));
        expect(decide(principal, { identity: [ALLOW], resource, resourceAccount })).toBe('deny by resource');
      }),
    );
  });

  it('the order of statements does not matter', () => {
    const shuffled = statements.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(shuffled, principals, accounts, ([list, other], principal, resourceAccount) => {
        const one = decide(principal, {
          identity: [ALLOW],
          resource: resourcePolicy(...list),
          resourceAccount,
        });
        const two = decide(principal, {
          identity: [ALLOW],
          resource: resourcePolicy(...other),
          resourceAccount,
        });
        expect(two).toBe(one);
      }),
    );
  });

  it('a further limit never allows more', () => {
    fc.assert(
      fc.property(statements, principals, accounts, (list, principal, resourceAccount) => {
        const resource = resourcePolicy(...list);
        const plain = decide(principal, { identity: [ALLOW], resource, resourceAccount });
        const limited = decide(principal, {
          identity: [ALLOW],
          resource,
          resourceAccount,
          boundary: UNRELATED,
          session: [UNRELATED],
        });
        expect(limited === 'allow' && plain !== 'allow').toBe(false);
      }),
    );
  });
});
