import { describe, expect, it } from 'vitest';
import { parsePolicy } from './document.ts';
import { PolicyError } from './policy-error.ts';
import type { PolicyKind } from './statement.ts';

const identity = { Effect: 'Allow', Action: 's3:*', Resource: '*' };
const resource = { ...identity, Principal: '*' };
const trust = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 's3.amazonaws.com' } };

function parse(kind: PolicyKind, statement: unknown, more: object = {}) {
  return parsePolicy(JSON.stringify({ Version: '2012-10-17', ...more, Statement: statement }), kind);
}

describe('documents', () => {
  it('take one statement or several, one value or several', () => {
    expect(parse('identity', identity).statements).toHaveLength(1);
    expect(parse('identity', [identity, identity]).statements).toHaveLength(2);
    expect(parse('trust', trust).statements[0]?.resources).toBeUndefined();
    expect(
      parse('resource', { ...resource, Principal: { AWS: '111111111111' } }).statements[0]?.principal?.aws,
    ).toEqual(['111111111111']);
  });

  it.each<[string, PolicyKind, string, string]>([
    ['not JSON', 'resource', 'x', "Policies must be valid JSON and the first byte must be '{'"],
    ['empty', 'resource', '', "Policies must be valid JSON and the first byte must be '{'"],
    ['space first', 'resource', ' {}', "Policies must be valid JSON and the first byte must be '{'"],
    ['array', 'identity', '[]', 'Syntax errors in policy.'],
    ['truncated', 'identity', '{"Statement":', 'Syntax errors in policy.'],
    ['no statement', 'resource', '{}', 'Missing required field Statement'],
    [
      'equal keys',
      'identity',
      '{"Statement":{"Effect":"Deny","Effect":"Allow","Action":"*","Resource":"*"}}',
      'Duplicate field Effect',
    ],
    [
      'equal keys, one escaped',
      'identity',
      '{"Statement":{"Effect":"Deny","\\u0045ffect":"Allow","Action":"*","Resource":"*"}}',
      'Duplicate field Effect',
    ],
  ])('refuse %s', (_name, kind, json, message) => {
    expect(() => parsePolicy(json, kind)).toThrow(new PolicyError(message));
  });

  it.each<[string, PolicyKind, unknown, object?]>([
    ['unknown element of the document', 'identity', identity, { Statements: [] }],
    ['unknown version', 'identity', identity, { Version: '2020-01-01' }],
    ['no statements', 'identity', []],
    ['statement is text', 'identity', 'x'],
    ['unknown element', 'identity', { ...identity, Actions: 's3:*' }],
    ['no effect', 'identity', { ...identity, Effect: undefined }],
    ['effect in lower case', 'identity', { ...identity, Effect: 'allow' }],
    ['no action', 'identity', { ...identity, Action: undefined }],
    ['empty action list', 'identity', { ...identity, Action: [] }],
    ['action without service', 'identity', { ...identity, Action: 'GetObject' }],
    ['action with a star for the service', 'identity', { ...identity, Action: '*:Get' }],
    ['Action and NotAction', 'identity', { ...identity, NotAction: 's3:*' }],
    ['no resource', 'identity', { ...identity, Resource: undefined }],
    ['resource is no ARN', 'identity', { ...identity, Resource: 'bucket/*' }],
    ['Resource and NotResource', 'identity', { ...identity, NotResource: '*' }],
    ['principal in an identity policy', 'identity', resource],
    ['no principal in a resource policy', 'resource', identity],
    ['both principals', 'resource', { ...resource, NotPrincipal: '*' }],
    ['Allow with NotPrincipal', 'resource', { ...identity, NotPrincipal: { AWS: '111111111111' } }],
    ['principal that is no ARN', 'resource', { ...resource, Principal: { AWS: 'alice' } }],
    [
      'principal with a wildcard',
      'resource',
      { ...resource, Principal: { AWS: 'arn:aws:iam::111111111111:user/*' } },
    ],
    ['principal as a list', 'resource', { ...resource, Principal: ['*'] }],
    ['empty principal', 'resource', { ...resource, Principal: {} }],
    ['unknown principal type', 'resource', { ...resource, Principal: { Human: 'x' } }],
    ['service that is none', 'resource', { ...resource, Principal: { Service: 's3' } }],
    ['resource in a trust policy', 'trust', { ...trust, Resource: '*' }],
    [
      'NotPrincipal in a trust policy',
      'trust',
      { ...trust, Effect: 'Deny', Principal: undefined, NotPrincipal: { AWS: '111111111111' } },
    ],
    ['Sid with a space', 'identity', { ...identity, Sid: 'a b' }],
    [
      'equal Sids',
      'identity',
      [
        { ...identity, Sid: 'a' },
        { ...identity, Sid: 'a' },
      ],
    ],
    ['unknown operator', 'identity', { ...identity, Condition: { StringEqual: { 'aws:x': 'y' } } }],
    ['NullIfExists', 'identity', { ...identity, Condition: { NullIfExists: { 'aws:x': 'true' } } }],
    ['condition key without service', 'identity', { ...identity, Condition: { StringEquals: { x: 'y' } } }],
    [
      'condition value that is an object',
      'identity',
      { ...identity, Condition: { StringEquals: { 'aws:x': {} } } },
    ],
    ['number that is none', 'identity', { ...identity, Condition: { NumericEquals: { 'aws:x': 'ten' } } }],
    ['date that is none', 'identity', { ...identity, Condition: { DateEquals: { 'aws:x': 'soon' } } }],
    [
      'address that is none',
      'identity',
      { ...identity, Condition: { IpAddress: { 'aws:SourceIp': '300.1.1.1' } } },
    ],
    [
      'prefix too long',
      'identity',
      { ...identity, Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/33' } } },
    ],
    ['Bool that is none', 'identity', { ...identity, Condition: { Bool: { 'aws:x': 'yes' } } }],
  ])('refuse: %s', (_name, kind, statement, more) => {
    expect(() => parse(kind, statement, more)).toThrow(PolicyError);
  });

  it('says that canonical users are not built', () => {
    try {
      parse('resource', { ...resource, Principal: { CanonicalUser: 'x' } });
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ unsupported: true });
    }
  });
});
