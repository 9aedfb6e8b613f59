import { expect, it } from 'vitest';
import { counters } from '../../store/tables/counters.ts';
import { stampOf } from '../../store/tables/order-stamp.ts';
import type { IntentRow } from '../../store/tables/rows.ts';
import { countersOf } from './counters-of.ts';

function intentOf(ruleId: string, destination: string, kind: IntentRow['class']): IntentRow {
  const stamp = stampOf(1, 0, '0000000a');
  return {
    class: kind,
    kind: 'object',
    sourceBucket: 'source',
    sourceBucketId: 'id',
    key: 'key',
    versionId: 'version',
    stamp,
    changeStamp: stamp,
    createdAtMs: 1,
    size: 1,
    attempts: 0,
    nextAttemptAtMs: 0,
    rule: { ruleId, role: 'role', destination, ownerOverride: false },
  };
}

it('tells rules, destinations and classes apart, also where a rule is named like a path', () => {
  const intents = [
    intentOf('rule', 'there', 'live'),
    intentOf('rule', 'there', 'batch'),
    intentOf('rule', 'elsewhere', 'live'),
    intentOf('live/rule', 'there', 'live'),
    intentOf('', 'there', 'live'),
  ];
  for (const intent of [...intents, ...intents]) {
    const labels = ['id', intent.rule.ruleId, intent.rule.destination, intent.class] as const;
    expect(countersOf(intent)).toEqual({
      pendingCount: counters.pendingCount(...labels),
      pendingBytes: counters.pendingBytes(...labels),
      replicatedCount: counters.replicatedCount(...labels),
      replicatedBytes: counters.replicatedBytes(...labels),
    });
  }
});
