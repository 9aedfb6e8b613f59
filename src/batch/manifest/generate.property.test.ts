import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Tags } from '../../objects/put-object.ts';
import type { ReplicationRule } from '../../store/tables/bucket-row.ts';
import { buckets } from '../../store/tables/buckets.ts';
import { deliveries } from '../../store/tables/deliveries.ts';
import { facets } from '../../store/tables/facets.ts';
import type { ManifestFilter } from '../../store/tables/job-rows.ts';
import { stampMilliseconds, stampOf } from '../../store/tables/order-stamp.ts';
import type { DeliveryRow, VersionRow } from '../../store/tables/rows.ts';
import { versions } from '../../store/tables/versions.ts';
import { objectVersion, openManifestFixture } from '../../testing/manifest-fixture.ts';

const DAY_MS = 86_400_000;
const SITE = '0000000a';

it('is what a naive reading of the filter gives', async () => {
  const { s3, region, generate } = await openManifestFixture();
  const bucket = await s3.site.buckets.require('source');
  const { id } = bucket.row;
  await fc.assert(
    fc.asyncProperty(fc.array(STORED, { maxLength: 60 }), RULES, FILTER, async (stored, rules, filter) => {
      const placed = stored.map((one, number) => ({
        ...one,
        row: { ...one.row, stamp: stampOf(one.ms, number, SITE), versionId: `v${number}` },
      }));
      const old = await Promise.all(
        [versions, facets, deliveries].map((table) => region.store.range(table.bucketRange(id))),
      );
      await region.store.commit({
        checks: [],
        writes: [
          ...old.flat().map(({ key }) => ({ kind: 'delete', key }) as const),
          buckets.put(
            { ...bucket.row, replicationSeen: true, replication: { role: 'r', schema: 'V2', rules } },
            'source',
          ),
          ...placed.flatMap(({ key, row, tags, statuses }) => [
            versions.put(id, key, row),
            ...(tags.length > 0
              ? [facets.put({ tags: { stamp: row.stamp, value: tags } }, id, key, row.stamp)]
              : []),
            ...statuses.map((status, at) =>
              deliveries.put(delivery(status, row.stamp), id, key, row.stamp, `to-${at}`),
            ),
          ]),
        ],
      });
      const expected = placed
        .filter((one) => isWanted(filter, rules, one))
        .toSorted((a, b) => (a.key === b.key ? (a.row.stamp < b.row.stamp ? -1 : 1) : a.key < b.key ? -1 : 1))
        .map(({ key, row: { versionId } }) => ({ key, versionId }));
      const tasks = generate(filter);
      if (expected.length > 0) expect(await tasks).toEqual(expected);
      else await expect(tasks).rejects.toMatchObject({ code: 'ManifestGenerationNoKeys' });
    }),
    { numRuns: 500 },
  );
});

function delivery(status: DeliveryRow['status'], stamp: string): DeliveryRow {
  return { status, ruleId: 'r', changeStamp: stamp, changedAtMs: 0, delivered: status === 'COMPLETED' };
}

const KEY = fc.string({ unit: fc.constantFrom('a', 'b', '/'), minLength: 1, maxLength: 3 });
const TAGS = fc.subarray<readonly [string, string]>([
  ['t', '1'],
  ['u', '2'],
]);
const CLASS = fc.constantFrom('STANDARD', 'STANDARD_IA', 'GLACIER', 'DEEP_ARCHIVE', 'GLACIER_IR');

const ROW: fc.Arbitrary<VersionRow> = fc.oneof(
  fc
    .record({ replica: fc.boolean(), size: fc.nat(4), storageClass: CLASS })
    .map((more) => objectVersion({ versionId: '', stamp: '', ...more })),
  fc.boolean().map((replica) => ({
    kind: 'delete-marker' as const,
    versionId: '',
    stamp: '',
    nullVersion: false,
    owner: '111122223333',
    replica,
  })),
);

const STORED = fc.record({
  key: KEY,
  ms: fc.nat(5).map((days) => days * DAY_MS),
  tags: TAGS,
  statuses: fc.array(fc.constantFrom<DeliveryRow['status']>('PENDING', 'COMPLETED', 'FAILED'), {
    maxLength: 2,
  }),
  row: ROW,
});
type Stored = {
  readonly key: string;
  readonly tags: Tags;
  readonly statuses: readonly DeliveryRow['status'][];
  readonly row: VersionRow;
};

const RULES = fc
  .array(
    fc
      .record({
        enabled: fc.boolean(),
        markers: fc.boolean(),
        filter: fc.oneof(
          fc.constant({ kind: 'empty' as const }),
          KEY.map((prefix) => ({ kind: 'prefix' as const, prefix })),
          fc.tuple(KEY, TAGS).map(([prefix, tags]) => ({ kind: 'and' as const, prefix, tags })),
        ),
      })
      .map(
        ({ enabled, markers, filter }): Omit<ReplicationRule, 'id'> => ({
          status: enabled ? 'Enabled' : 'Disabled',
          priority: 1,
          filter,
          deleteMarkerReplication: markers ? 'Enabled' : 'Disabled',
          destination: { bucket: 'arn:aws:s3:::destination', ownerOverride: false },
        }),
      ),
    { minLength: 1, maxLength: 3 },
  )
  .map((rules) => rules.map((rule, number): ReplicationRule => ({ ...rule, id: `rule-${number}` })));

const FILTER: fc.Arbitrary<ManifestFilter> = fc.record(
  {
    eligibleForReplication: fc.boolean(),
    createdAfterMs: fc.nat(5).map((days) => days * DAY_MS),
    createdBeforeMs: fc.nat(6).map((days) => days * DAY_MS),
    replicationStatuses: fc.subarray(['COMPLETED', 'FAILED', 'REPLICA', 'NONE'] as const, { minLength: 1 }),
    keyPrefixes: fc.tuple(KEY),
    keySuffixes: fc.tuple(KEY),
    keySubstrings: fc.tuple(KEY),
    sizeGreaterThanBytes: fc.nat(3),
    sizeLessThanBytes: fc.nat(5),
    storageClasses: fc.array(CLASS, { minLength: 1 }),
    encryption: fc.constantFrom(
      { kind: 'SSE-S3' } as const,
      { kind: 'NOT-SSE' } as const,
      { kind: 'SSE-KMS' } as const,
    ),
  },
  { requiredKeys: [] },
);

/** The table of the reference, member by member. */
function isWanted(filter: ManifestFilter, rules: readonly ReplicationRule[], one: Stored): boolean {
  const { key, row } = one;
  const object = row.kind === 'object' ? row : undefined;
  const createdMs = stampMilliseconds(row.stamp);
  const asks: (boolean | undefined)[] = [
    filter.eligibleForReplication ? rules.some((rule) => covers(rule, one)) : object !== undefined,
    filter.createdAfterMs === undefined ? true : createdMs > filter.createdAfterMs,
    filter.createdBeforeMs === undefined ? true : createdMs < filter.createdBeforeMs,
    filter.replicationStatuses?.some((status) => hasStatus(status, one)),
    filter.keyPrefixes?.some((text) => key.startsWith(text)),
    filter.keySuffixes?.some((text) => key.endsWith(text)),
    filter.keySubstrings?.some((text) => key.includes(text)),
    filter.sizeGreaterThanBytes === undefined
      ? true
      : object !== undefined && object.size > filter.sizeGreaterThanBytes,
    filter.sizeLessThanBytes === undefined
      ? true
      : object !== undefined && object.size < filter.sizeLessThanBytes,
    filter.storageClasses?.some((name) => object?.storageClass === name),
    filter.encryption === undefined ? true : object !== undefined && filter.encryption.kind === 'SSE-S3',
  ];
  return asks.every((holds) => holds !== false);
}

function hasStatus(status: string, { row, statuses }: Stored): boolean {
  const failed = statuses.includes('FAILED');
  const pending = statuses.includes('PENDING');
  switch (status) {
    case 'REPLICA':
      return row.replica;
    case 'FAILED':
      return failed;
    case 'COMPLETED':
      return !row.replica && statuses.length > 0 && !failed && !pending;
    default:
      return !row.replica && statuses.length === 0;
  }
}

function covers(rule: ReplicationRule, { key, row, tags }: Stored): boolean {
  const { filter } = rule;
  if (rule.status === 'Disabled') return false;
  if ('prefix' in filter && !key.startsWith(filter.prefix ?? '')) return false;
  const asked = filter.kind === 'and' ? filter.tags : [];
  if (row.kind === 'delete-marker') return asked.length === 0 && rule.deleteMarkerReplication === 'Enabled';
  if (!asked.every(([name, value]) => tags.some((tag) => tag[0] === name && tag[1] === value))) return false;
  return row.storageClass !== 'GLACIER' && row.storageClass !== 'DEEP_ARCHIVE';
}
