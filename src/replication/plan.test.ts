import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Change } from '../objects/planner.ts';
import type { BucketRow, ReplicationConfiguration, ReplicationRule } from '../store/tables/bucket-row.ts';
import type { DeliveryRow } from '../store/tables/rows.ts';
import { explain, plan, replicationPlanner } from './plan.ts';

const rule = (more: Partial<ReplicationRule> & { to?: string } = {}): ReplicationRule => {
  const { to = 'destination', ...rest } = more;
  return {
    id: 'rule',
    status: 'Enabled',
    priority: 1,
    filter: { kind: 'empty' },
    deleteMarkerReplication: 'Disabled',
    destination: { bucket: `arn:aws:s3:::${to}`, ownerOverride: false },
    ...rest,
  };
};
const configuration = (
  rules: readonly ReplicationRule[],
  schema: 'V1' | 'V2' = 'V2',
): ReplicationConfiguration => ({
  role: 'arn:aws:iam::111122223333:role/replicate',
  schema,
  rules,
});
const object = (more: Partial<Extract<Change, { kind: 'object' }>> = {}): Change => ({
  kind: 'object',
  key: 'photos/cat',
  tags: [],
  storageClass: 'STANDARD',
  replica: false,
  ...more,
});
const marker = (key = 'photos/cat'): Change => ({ kind: 'delete-marker', key, replica: false });
const deliveryRow = (more: Partial<DeliveryRow>): DeliveryRow => ({
  status: 'COMPLETED',
  ruleId: 'rule',
  changeStamp: '',
  changedAtMs: 0,
  delivered: true,
  ...more,
});
const facets = (
  tags: readonly (readonly [string, string])[],
  deliveries: Readonly<Record<string, DeliveryRow>>,
): Change => ({
  kind: 'facets',
  key: 'photos/cat',
  tags,
  replica: false,
  deliveries: new Map(Object.entries(deliveries)),
});
const TAGGED = { kind: 'tag', tag: ['class', 'gold'] } as const;
const MARKERS = { deleteMarkerReplication: 'Enabled' } as const;

const CASES: readonly [
  name: string,
  rules: readonly ReplicationRule[],
  change: Change,
  plan: readonly string[],
][] = [
  ['everything', [rule()], object(), ['rule']],
  ['a prefix that matches', [rule({ filter: { kind: 'prefix', prefix: 'photos/' } })], object(), ['rule']],
  ['a prefix with a leading slash', [rule({ filter: { kind: 'prefix', prefix: '/photos' } })], object(), []],
  ['a prefix in another case', [rule({ filter: { kind: 'prefix', prefix: 'Photos' } })], object(), []],
  [
    'a tag that matches, beside others',
    [rule({ filter: TAGGED })],
    object({
      tags: [
        ['x', 'y'],
        ['class', 'gold'],
      ],
    }),
    ['rule'],
  ],
  ['a tag of another value', [rule({ filter: TAGGED })], object({ tags: [['class', 'Gold']] }), []],
  [
    'prefix and tags, one missing',
    [
      rule({
        filter: {
          kind: 'and',
          prefix: 'photos/',
          tags: [
            ['a', '1'],
            ['b', '2'],
          ],
        },
      }),
    ],
    object({ tags: [['a', '1']] }),
    [],
  ],
  [
    'prefix and tags, all there',
    [
      rule({
        filter: {
          kind: 'and',
          prefix: 'photos/',
          tags: [
            ['a', '1'],
            ['b', '2'],
          ],
        },
      }),
    ],
    object({
      tags: [
        ['b', '2'],
        ['a', '1'],
      ],
    }),
    ['rule'],
  ],
  ['a Disabled rule', [rule({ status: 'Disabled' })], object(), []],
  ['a replica', [rule()], object({ replica: true }), []],
  ['GLACIER', [rule()], object({ storageClass: 'GLACIER' }), []],
  ['DEEP_ARCHIVE', [rule()], object({ storageClass: 'DEEP_ARCHIVE' }), []],
  ['GLACIER_IR', [rule()], object({ storageClass: 'GLACIER_IR' }), ['rule']],
  ['the higher priority', [rule({ id: 'low' }), rule({ id: 'high', priority: 2 })], object(), ['high']],
  [
    'the higher priority where it matches',
    [rule({ id: 'low' }), rule({ id: 'high', priority: 2, filter: TAGGED })],
    object(),
    ['low'],
  ],
  [
    'three destinations',
    [rule({ id: 'a', to: 'one' }), rule({ id: 'b', to: 'two' }), rule({ id: 'c', to: 'three' })],
    object(),
    ['a', 'b', 'c'],
  ],
  ['a marker, V2 Disabled', [rule()], marker(), []],
  ['a marker, V2 Enabled', [rule(MARKERS)], marker(), ['rule']],
  [
    'a marker outside the prefix',
    [rule({ ...MARKERS, filter: { kind: 'prefix', prefix: 'x' } })],
    marker(),
    [],
  ],
  ['a marker with a tag filter', [rule({ filter: TAGGED })], marker(), []],
  [
    'a marker with a rule above that leaves markers alone',
    [rule({ id: 'markers', ...MARKERS }), rule({ id: 'none', priority: 2 })],
    marker(),
    ['markers'],
  ],
  ['tags of a version that arrived', [rule()], facets([], { destination: deliveryRow({}) }), ['rule']],
  [
    'tags of a pending version',
    [rule()],
    facets([], { destination: deliveryRow({ status: 'PENDING', delivered: false }) }),
    ['rule'],
  ],
  [
    'tags of a version that failed',
    [rule()],
    facets([], { destination: deliveryRow({ status: 'FAILED', delivered: false }) }),
    [],
  ],
  [
    'tags of a version that arrived without its tags',
    [rule()],
    facets([], { destination: deliveryRow({ status: 'FAILED', delivered: true }) }),
    ['rule'],
  ],
  ['tags of a version that never travelled', [rule()], facets([['class', 'gold']], {}), []],
  ['tags that no longer match', [rule({ filter: TAGGED })], facets([], { destination: deliveryRow({}) }), []],
  [
    'tags that match again',
    [rule({ filter: TAGGED })],
    facets([['class', 'gold']], { destination: deliveryRow({}) }),
    ['rule'],
  ],
];

describe('what has to be delivered', () => {
  it.each(CASES)('%s', (_name, rules, change, expected) => {
    const planned = plan(configuration(rules), change);
    expect(planned.map((delivery) => delivery.rule.ruleId)).toEqual(expected);
    const delivering = explain(configuration(rules), change).filter((verdict) => verdict.delivers);
    expect(delivering.map((verdict) => verdict.ruleId)).toEqual(expected);
  });

  it('delivers markers under V1', () => {
    const v1: ReplicationRule = {
      id: 'v1',
      status: 'Enabled',
      filter: { kind: 'v1-prefix', prefix: 'photos/' },
      destination: { bucket: 'arn:aws:s3:::destination', ownerOverride: false },
    };
    expect(plan(configuration([v1], 'V1'), marker())).toHaveLength(1);
    expect(plan(configuration([v1], 'V1'), marker('x'))).toHaveLength(0);
  });

  it('takes along what the delivery needs of the rule', () => {
    const destination = {
      bucket: 'arn:aws:s3:::destination',
      account: '444455556666',
      storageClass: 'STANDARD_IA',
      ownerOverride: true,
    };
    expect(plan(configuration([rule({ destination })]), object())).toEqual([
      {
        kind: 'object',
        rule: {
          ruleId: 'rule',
          role: 'arn:aws:iam::111122223333:role/replicate',
          destination: 'destination',
          account: '444455556666',
          storageClass: 'STANDARD_IA',
          ownerOverride: true,
        },
      },
    ]);
  });

  it('plans nothing without a configuration', () => {
    const row = { id: 'b', name: 'source' } as BucketRow;
    expect(replicationPlanner.plan(row, object())).toEqual([]);
  });

  it('names the rule that applies instead', () => {
    const verdicts = explain(
      configuration([rule({ id: 'low' }), rule({ id: 'high', priority: 2 })]),
      object(),
    );
    expect(verdicts[0]).toEqual({
      ruleId: 'low',
      destination: 'destination',
      delivers: false,
      reason: 'higher-priority-rule-applies',
      insteadRuleId: 'high',
    });
  });
});

const tags = fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.constantFrom('1', '2')), { maxLength: 2 });
const filters = fc.oneof(
  fc.constant({ kind: 'empty' as const }),
  fc.record({ kind: fc.constant('prefix' as const), prefix: fc.constantFrom('', 'a', 'ab', 'b') }),
  fc.record({
    kind: fc.constant('tag' as const),
    tag: fc.tuple(fc.constantFrom('a', 'b'), fc.constantFrom('1', '2')),
  }),
  fc.record({ kind: fc.constant('and' as const), prefix: fc.constantFrom('a', ''), tags }),
);
const rules = fc
  .array(
    fc.record({
      status: fc.constantFrom('Enabled' as const, 'Disabled' as const),
      filter: filters,
      deleteMarkerReplication: fc.constantFrom('Enabled' as const, 'Disabled' as const),
      to: fc.constantFrom('one', 'two'),
    }),
    { maxLength: 8 },
  )
  .map((made) => made.map((parts, index) => rule({ ...parts, id: `${index}`, priority: index })));
const changes: fc.Arbitrary<Change> = fc.oneof(
  fc.record({
    kind: fc.constant('object' as const),
    key: fc.constantFrom('a', 'abc', 'c'),
    tags,
    storageClass: fc.constantFrom('STANDARD', 'GLACIER'),
    replica: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('delete-marker' as const),
    key: fc.constantFrom('a', 'c'),
    replica: fc.boolean(),
  }),
);

describe('for any rules', () => {
  it('each destination gets one delivery at most', () => {
    fc.assert(
      fc.property(rules, changes, (any, change) => {
        const destinations = plan(configuration(any), change).map((delivery) => delivery.rule.destination);
        expect(new Set(destinations).size).toBe(destinations.length);
      }),
    );
  });

  it('their order does not matter', () => {
    fc.assert(
      fc.property(rules, changes, (any, change) => {
        const names = (list: readonly ReplicationRule[]) =>
          plan(configuration(list), change)
            .map((delivery) => delivery.rule.ruleId)
            .toSorted();
        expect(names(any.toReversed())).toEqual(names(any));
      }),
    );
  });

  it('Disabled ones might as well not be there', () => {
    fc.assert(
      fc.property(rules, changes, (any, change) => {
        const enabled = any.filter((one) => one.status === 'Enabled');
        expect(plan(configuration(any), change)).toEqual(plan(configuration(enabled), change));
      }),
    );
  });

  it('explain says that a rule delivers exactly where the plan does', () => {
    fc.assert(
      fc.property(rules, changes, (any, change) => {
        const explained = explain(configuration(any), change)
          .filter((verdict) => verdict.delivers)
          .map((verdict) => verdict.ruleId);
        const planned = plan(configuration(any), change).map((delivery) => delivery.rule.ruleId);
        expect(explained.toSorted()).toEqual(planned.toSorted());
      }),
    );
  });
});
