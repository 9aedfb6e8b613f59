import type { ReplicationConfiguration, ReplicationRule } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { planRule } from './rule-document.ts';
import type { RuleRequest } from './rule-request.ts';

const request = (more: Partial<RuleRequest> = {}): RuleRequest => ({
  source: 'photos',
  destination: 'copy',
  tags: [],
  deleteMarkers: false,
  changeOwner: false,
  ...more,
});
const present = (...rules: ReplicationRule[]): ReplicationConfiguration => ({ Role: 'role', Rules: rules });
const other: ReplicationRule = {
  ID: 'other',
  Priority: 7,
  Status: 'Disabled',
  Filter: { Prefix: 'x/' },
  DeleteMarkerReplication: { Status: 'Enabled' },
  Destination: { Bucket: 'arn:aws:s3:::elsewhere', StorageClass: 'GLACIER' },
};

describe('planRule', () => {
  it('the first rule covers everything and has priority 0', () => {
    const rule = {
      ID: 'to-copy',
      Priority: 0,
      Status: 'Enabled',
      Filter: {},
      DeleteMarkerReplication: { Status: 'Disabled' },
      Destination: { Bucket: 'arn:aws:s3:::copy' },
    };
    expect(planRule(undefined, request())).toEqual({ kind: 'new', rule, rules: [rule] });
  });

  it('a further one comes behind those that are there, which stay as they are', () => {
    const planned = planRule(present(other), request());
    expect(planned.kind === 'new' && planned.rules).toEqual([other, { ...planned.rule, Priority: 8 }]);
  });

  it.each<[string, Partial<RuleRequest>, object]>([
    ['a prefix', { prefix: 'raw/' }, { Prefix: 'raw/' }],
    ['a tag', { tags: [['a', 'b']] }, { Tag: { Key: 'a', Value: 'b' } }],
    [
      'both',
      { prefix: 'raw/', tags: [['a', '']] },
      { And: { Prefix: 'raw/', Tags: [{ Key: 'a', Value: '' }] } },
    ],
    [
      'several tags',
      {
        tags: [
          ['a', 'b'],
          ['c', 'd'],
        ],
      },
      {
        And: {
          Tags: [
            { Key: 'a', Value: 'b' },
            { Key: 'c', Value: 'd' },
          ],
        },
      },
    ],
  ])('%s is the filter that AWS wants', (_name, more, filter) => {
    expect(planRule(undefined, request(more)).rule.Filter).toEqual(filter);
  });

  it('names account, owner and storage class', () => {
    const more = { account: '111122223333', changeOwner: true, storageClass: 'GLACIER_IR' };
    expect(planRule(undefined, request(more)).rule.Destination).toEqual({
      Bucket: 'arn:aws:s3:::copy',
      Account: '111122223333',
      StorageClass: 'GLACIER_IR',
      AccessControlTranslation: { Owner: 'Destination' },
    });
  });

  it('one that does the same is found, whatever it is called', () => {
    const { rule } = planRule(undefined, request({ id: 'mine', tags: [['a', 'b']], prefix: 'p' }));
    const again = planRule(present(other, rule), request({ tags: [['a', 'b']], prefix: 'p' }));
    expect(again).toEqual({ kind: 'present', rule });
    expect(planRule(present(rule), request({ prefix: 'p' })).kind).toBe('new');
  });

  it('a name is used once', () => {
    const { rule } = planRule(undefined, request({ prefix: 'p' }));
    expect(planRule(present(rule), request()).rule.ID).toBe('to-copy-2');
    expect(() => planRule(present(rule), request({ id: 'to-copy' }))).toThrow(/name this one with --id/);
  });

  it('the older schema is left alone', () => {
    const old: ReplicationRule = {
      ID: 'old',
      Prefix: '',
      Status: 'Enabled',
      Destination: { Bucket: 'arn:aws:s3:::copy' },
    };
    expect(() => planRule(present(old), request())).toThrow(/older schema/);
  });
});
