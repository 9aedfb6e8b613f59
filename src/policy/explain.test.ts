import { expect, it } from 'vitest';
import { explainDecision } from './explain.ts';
import type { AccessRequest } from './types.ts';

const request: AccessRequest = {
  principal: { kind: 'user', account: '1', arn: 'arn:aws:iam::1:user/a', userId: 'AIDA', userName: 'a' },
  action: 's3:GetObject',
  resource: 'arn:aws:s3:::b/k',
  context: {},
};
const WHO =
  'User: arn:aws:iam::1:user/a is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::b/k"';

it.each([
  ['identity', 'no identity-based policy'],
  ['resource', 'no resource-based policy'],
  ['boundary', 'no permissions boundary'],
  ['session', 'no session policy'],
] as const)('says what is missing: %s', (missing, words) => {
  expect(explainDecision(request, { decision: 'implicit-deny', missing })).toBe(
    `${WHO} because ${words} allows the s3:GetObject action`,
  );
});

it('says what denied, and what is allowed', () => {
  const decision = { decision: 'explicit-deny', statement: 'OnlyTls', policy: 'resource' } as const;
  expect(explainDecision(request, decision)).toBe(`${WHO} with an explicit deny in a resource-based policy`);
  expect(explainDecision(request, { decision: 'allow' })).toContain('is authorized to perform: s3:GetObject');
});
