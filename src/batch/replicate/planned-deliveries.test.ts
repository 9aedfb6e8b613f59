import { expect, it } from 'vitest';
import type { ReplicationConfiguration, ReplicationRule } from '../../store/tables/bucket-row.ts';
import { stampOf } from '../../store/tables/order-stamp.ts';
import type { ObjectVersion } from '../../store/tables/rows.ts';
import { objectVersion } from '../../testing/manifest-fixture.ts';
import { plannedDeliveries } from './planned-deliveries.ts';

function rule(destination: string, priority: number, more: Partial<ReplicationRule> = {}): ReplicationRule {
  return {
    id: `to-${destination}-${priority}`,
    status: 'Enabled',
    priority,
    filter: { kind: 'empty' },
    destination: { bucket: `arn:aws:s3:::${destination}`, ownerOverride: false },
    ...more,
  };
}

function destinations(rules: readonly ReplicationRule[], more: Partial<ObjectVersion> = {}): string[] {
  const configuration: ReplicationConfiguration = { role: 'role', schema: 'V2', rules };
  const row = objectVersion({ versionId: 'id', stamp: stampOf(1, 0, '0000000a'), ...more });
  const planned = plannedDeliveries(configuration, 'key', { row, rowVersion: 1, facets: {} });
  return planned.map((delivery) => `${delivery.rule.destination} by ${delivery.rule.ruleId}`);
}

it('has one delivery for each destination, the highest priority first', () => {
  const rules = [rule('one', 1), rule('two', 3), rule('one', 2), rule('three', 5, { status: 'Disabled' })];
  expect(destinations(rules)).toEqual(['two by to-two-3', 'one by to-one-2']);
});

it('sends replicas on', () => {
  expect(destinations([rule('one', 1)], { replica: true })).toEqual(['one by to-one-1']);
});

it.each(['GLACIER', 'DEEP_ARCHIVE'])('leaves %s where it is', (storageClass) => {
  expect(destinations([rule('one', 1)], { storageClass })).toEqual([]);
});

it('takes GLACIER_IR, which can be read at once', () => {
  expect(destinations([rule('one', 1)], { storageClass: 'GLACIER_IR' })).toHaveLength(1);
});
