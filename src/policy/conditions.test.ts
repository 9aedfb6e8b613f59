import { describe, expect, it } from 'vitest';
import { conditionHolds } from './conditions.ts';
import { parsePolicy } from './document.ts';
import { RequestValues } from './request-values.ts';
import type { RequestContext } from './types.ts';

function holds(operator: string, key: string, listed: unknown, context: RequestContext): boolean {
  const Statement = {
    Effect: 'Allow',
    Action: '*',
    Resource: '*',
    Condition: { [operator]: { [key]: listed } },
  };
  const document = parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement }), 'identity');
  const values = new RequestValues(
    { principal: { kind: 'anonymous' }, action: 's3:GetObject', resource: '*', context },
    '1',
  );
  return document.statements.every(({ conditions }) =>
    conditions.every((condition) => conditionHolds(condition, values, true)),
  );
}

const K = 's3:prefix';

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
describe('conditions', () => {
  it.each<[string, unknown, string | string[] | undefined, boolean]>([
    ['StringEquals', 'a', 'a', true],
    ['StringEquals', 'a', 'A', false],
    ['StringEquals', ['b', 'a'], 'a', true],
    ['StringEquals', 'a*', 'ab', false],
    ['StringEquals', 'a', undefined, false],
    ['stringequals', 'a', 'a', true],
    ['StringNotEquals', 'a', 'b', true],
    ['StringNotEquals', ['a', 'b'], 'b', false],
    ['StringNotEquals', 'a', undefined, true],
    ['StringEqualsIgnoreCase', 'Abc', 'aBC', true],
    ['StringNotEqualsIgnoreCase', 'Abc', 'aBC', false],
    ['StringLike', 'home/*', 'home/a/b', true],
    ['StringLike', 'home/?', 'home/ab', false],
    ['StringLike', '', '', true],
    ['StringNotLike', 'home/*', 'home/a', false],
    ['StringNotLike', 'home/*', 'away', true],
    ['StringEqualsIfExists', 'a', undefined, true],
    ['StringEqualsIfExists', 'a', 'b', false],
    ['NumericEquals', '10', '10.0', true],
    ['NumericEquals', 10, '10', true],
    ['NumericNotEquals', '10', '11', true],
    ['NumericLessThan', '10', '9', true],
    ['NumericLessThan', '10', '10', false],
    ['NumericLessThanEquals', '10', '10', true],
    ['NumericGreaterThan', '10', '9', false],
    ['NumericGreaterThanEquals', '10', '10', true],
    ['NumericLessThan', '10', 'x', false],
    ['NumericLessThanIfExists', '10', undefined, true],
    ['NumericLessThan', '10', undefined, false],
    ['DateLessThan', '2026-01-01T00:00:00Z', '2025-12-31T23:59:59Z', true],
    ['DateLessThan', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', false],
    ['DateLessThanEquals', '2026-01-01', '2026-01-01T00:00:00Z', true],
    ['DateGreaterThan', '1767225600', '2026-01-01T00:00:01Z', true],
    ['DateGreaterThanEquals', '2026-01-01T01:00:00+01:00', '2026-01-01T00:00:00Z', true],
    ['DateEquals', '2026-01-01T00:00:00Z', '1767225600', true],
    ['DateNotEquals', '2026-01-01T00:00:00Z', '1767225600', false],
    ['Bool', 'true', 'true', true],
    ['Bool', true, 'true', true],
    ['Bool', 'false', 'true', false],
    ['Bool', 'false', undefined, false],
    ['BoolIfExists', 'false', undefined, true],
    ['BinaryEquals', 'QmluYXJ5', 'QmluYXJ5', true],
    ['BinaryEquals', 'QmluYXJ5', 'QmluYXJx', false],
    ['IpAddress', '203.0.113.0/24', '203.0.113.9', true],
    ['IpAddress', '203.0.113.0/24', '203.0.114.9', false],
    ['IpAddress', '203.0.113.9', '203.0.113.9', true],
    ['IpAddress', '0.0.0.0/0', '203.0.113.9', true],
    ['IpAddress', '203.0.113.0/24', '::ffff:203.0.113.9', true],
    ['IpAddress', '2001:db8::/32', '2001:db8:1::9', true],
    ['IpAddress', '2001:db8::/32', '2001:db9::9', false],
    ['IpAddress', '0.0.0.0/0', '2001:db8::1', false],
    ['IpAddress', '203.0.113.0/24', undefined, false],
    ['NotIpAddress', '203.0.113.0/24', '203.0.114.9', true],
    ['NotIpAddress', ['203.0.113.0/24', '203.0.114.0/24'], '203.0.114.9', false],
    ['ArnEquals', 'arn:aws:s3:::b*', 'arn:aws:s3:::bucket', true],
    ['ArnLike', 'arn:aws:iam::*:role/x', 'arn:aws:iam::1:role/x', true],
    ['ArnNotEquals', 'arn:aws:s3:::b*', 'arn:aws:s3:::bucket', false],
    ['ArnNotLike', 'arn:aws:s3:::b*', 'arn:aws:s3:::other', true],
    ['ArnLike', 'arn:aws:s3:::b', undefined, false],
    ['Null', 'true', undefined, true],
    ['Null', 'true', 'x', false],
    ['Null', 'false', 'x', true],
    ['Null', 'false', undefined, false],
    ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'b'], true],
    ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'c'], false],
    ['ForAllValues:StringEquals', ['a', 'b'], undefined, true],
    ['ForAllValues:StringEquals', ['a', 'b'], [], true],
    ['ForAllValues:StringNotEquals', ['a', 'b'], ['c', 'd'], true],
    ['ForAllValues:StringNotEquals', ['a', 'b'], ['a', 'd'], false],
    ['ForAnyValue:StringEquals', ['a', 'b'], ['c', 'b'], true],
    ['ForAnyValue:StringEquals', ['a', 'b'], ['c', 'd'], false],
    ['ForAnyValue:StringEquals', ['a', 'b'], undefined, false],
    ['ForAnyValue:StringNotEquals', ['a'], ['a', 'b'], true],
    ['ForAnyValue:StringNotEquals', ['a'], undefined, false],
    ['ForAnyValue:StringLike', ['a*'], ['x', 'ab'], true],
    ['ForAnyValue:StringEqualsIfExists', ['a'], undefined, true],
  ])('%s %j asked %j: %s', (operator, listed, asked, expected) => {
    expect(holds(operator, K, listed, asked === undefined ? {} : { [K]: asked })).toBe(expected);
  });

  it('reads what is no number and no variable to its end, and once', () => {
    const digits = `${'1'.repeat(200_000)}x`;
    expect(holds('NumericEquals', K, '1', { [K]: digits })).toBe(false);
    const unclosed = '${'.repeat(150_000);
    expect(holds('StringEquals', K, unclosed, { [K]: unclosed })).toBe(true);
  });

  it('finds keys in any letter case', () => {
    expect(holds('StringEquals', 'AWS:sourceIP', '1.1.1.1', { 'aws:SourceIp': '1.1.1.1' })).toBe(true);
  });

  it('resolves variables in string and ARN conditions', () => {
    const context = { [K]: 'home/*', 's3:delimiter': 'home/*' };
    expect(holds('StringEquals', K, '${s3:delimiter}', context)).toBe(true);
    expect(holds('StringLike', K, '${s3:delimiter}', { ...context, [K]: 'home/a' })).toBe(false);
    expect(
      holds('ArnLike', K, 'arn:aws:s3:::${s3:delimiter}', { [K]: 'arn:aws:s3:::b', 's3:delimiter': 'b' }),
    ).toBe(true);
  });
});
