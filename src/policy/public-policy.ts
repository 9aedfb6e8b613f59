import type { Condition, PolicyDocument, Statement } from './types.ts';

/** Condition keys whose fixed values keep a statement from being public ("The meaning of public" in AWS's guide to
 * Block Public Access). Values with wildcards or variables do not count. */
const NARROWING_KEYS = new Set([
  'aws:sourcearn',
  'aws:sourceaccount',
  'aws:sourceowner',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:sourceorgid',
  'aws:principalorgid',
  'aws:principalorgpaths',
  'aws:principalarn',
  'aws:principalaccount',
  'aws:userid',
  's3:x-amz-server-side-encryption-aws-kms-key-id',
  's3:dataaccesspointarn',
  's3:dataaccesspointaccount',
]);
const NARROWING_OPERATOR = /^(StringEquals|StringEqualsIgnoreCase|StringLike|ArnEquals|ArnLike)$/;

/** AWS counts an address range as fixed when it is narrower than this. */
const IPV4_PREFIX_LENGTH_MIN = 8;
const IPV6_PREFIX_LENGTH_MIN = 32;

/** Whether AWS would call the policy public: somebody whom nobody names may do something.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html */
export function isPublicPolicy(document: PolicyDocument): boolean {
  return document.statements.some(isPublic);
}

function isPublic({ effect, principal, conditions }: Statement): boolean {
  if (effect !== 'Allow' || principal === undefined) return false;
  // Allowing everybody but some is allowing everybody.
  if (!principal.everyone && !principal.negated) return false;
  return !conditions.some(narrows);
}

function narrows({ operator, key, values }: Condition): boolean {
  const name = key.toLowerCase();
  if (values.length === 0) return false;
  if (name === 'aws:sourceip') return operator === 'IpAddress' && values.every(isNarrowRange);
  return NARROWING_KEYS.has(name) && NARROWING_OPERATOR.test(operator) && values.every(isFixed);
}

function isFixed(value: string): boolean {
  return !/[*?]|\$\{/.test(value);
}

function isNarrowRange(value: string): boolean {
  const [address = '', prefixLength] = value.split('/');
  if (prefixLength === undefined) return true;
  return Number(prefixLength) >= (address.includes(':') ? IPV6_PREFIX_LENGTH_MIN : IPV4_PREFIX_LENGTH_MIN);
}
