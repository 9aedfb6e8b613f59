import { expect, it } from 'vitest';
import { parsePolicy } from './document.ts';
import { isPublicPolicy } from './public-policy.ts';

/** "The meaning of public" in AWS's guide to Block Public Access, row by row. */
it.each<[string, object, boolean]>([
  ['everybody', { Principal: '*' }, true],
  ['everybody of AWS', { Principal: { AWS: '*' } }, true],
  ['one account', { Principal: { AWS: '111122223333' } }, false],
  ['a service', { Principal: { Service: 'cloudtrail.amazonaws.com' } }, false],
  ['everybody is denied', { Principal: '*', Effect: 'Deny' }, false],
  [
    'a fixed source account',
    { Principal: '*', Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } } },
    false,
  ],
  [
    'a source ARN with a wildcard',
    { Principal: '*', Condition: { StringLike: { 'aws:SourceArn': 'arn:aws:s3:::*' } } },
    true,
  ],
  [
    'a fixed source ARN',
    { Principal: '*', Condition: { ArnEquals: { 'aws:SourceArn': 'arn:aws:s3:::b' } } },
    false,
  ],
  ['a narrow range', { Principal: '*', Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } }, false],
  ['a wide range', { Principal: '*', Condition: { IpAddress: { 'aws:SourceIp': '0.0.0.0/1' } } }, true],
  ['not an address', { Principal: '*', Condition: { NotIpAddress: { 'aws:SourceIp': '10.0.0.1' } } }, true],
  [
    'a condition on the key',
    { Principal: '*', Condition: { Bool: { 'aws:SecureTransport': 'true' } } },
    true,
  ],
  [
    'a variable',
    { Principal: '*', Condition: { StringEquals: { 'aws:PrincipalArn': '${aws:username}' } } },
    true,
  ],
])('%s', (_name, statement, expected) => {
  const document = {
    Statement: { Effect: 'Allow', Action: 's3:*', Resource: 'arn:aws:s3:::b/*', ...statement },
  };
  expect(isPublicPolicy(parsePolicy(JSON.stringify(document), 'resource'))).toBe(expected);
});
