import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ObjectVersion } from '../store/tables/rows.ts';
import { inconsistencies } from '../testing/consistency.ts';
import { bodyOf, countersAndRows, objectsBench } from '../testing/objects-bench.ts';
import { applyReplica } from './apply-replica.ts';
import { deleteObject } from './delete-object.ts';
import { putObjectTags } from './object-tags.ts';
import { openBytes } from './open-bytes.ts';
import type { Planner } from './planner.ts';
import { putObject } from './put-object.ts';

const planner: Planner = {
  plan: (_bucket, { kind }) => [
    { kind, rule: { ruleId: 'r', role: 'role', destination: 'there', ownerOverride: false } },
  ],
  names: () => true,
};

const SOURCES = 6;
type Step = { kind: 'put' | 'delete' | 'remove' | 'tag' | 'apply'; pick: number; large: boolean };

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('put', 'delete', 'remove', 'remove', 'tag', 'apply', 'apply'),
  pick: fc.nat(SOURCES - 1),
  large: fc.boolean(),
});
const fault = fc.constantFrom(
  undefined,
  undefined,
  undefined,
  'unknown-written' as const,
  'unknown-lost' as const,
);

/** Clients and replicas at one key at once, with unknown outcomes: whatever came out, its rows agree. */
test('local writes, removals and replicas at once leave rows that agree', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(step, { minLength: 1, maxLength: 5 }), { minLength: 2, maxLength: 5 }),
      fc.infiniteStream(fault),
      async (writers, outcomes) => {
        let faulty = false;
        const faults = { commit: () => (faulty ? outcomes.next().value : undefined) };
        const bench = await objectsBench({ planner, faults });
        const { context, clock } = bench;
        const source = await bench.bucket('source', 'Enabled');
        const known: ObjectVersion[] = [];
        for (let index = 0; index < SOURCES; index += 1) {
          const body = bodyOf(String(index));
          known.push((await putObject(context, source, { key: 'k', body })).version);
          await clock.advance(index % 2);
        }
        const created = await bench.bucket('target', 'Enabled');
        // As every bucket is that has a configuration: the planner above always delivers.
        const bucket = await context.buckets.update(created, (row) => ({ ...row, replicationSeen: true }));
        const versionIds = known.map(({ versionId }) => versionId);
        const act = async ({ kind, pick, large }: Step): Promise<void> => {
          const version = known[pick];
          if (version === undefined) return;
          const versionId = versionIds[(pick * 7) % versionIds.length] ?? '';
          if (kind === 'put') {
            const body = bodyOf(large ? Buffer.alloc(10_000) : 'small');
            versionIds.push((await putObject(context, bucket, { key: 'k', body })).version.versionId);
          } else if (kind === 'delete') await deleteObject(context, bucket, { key: 'k' });
          else if (kind === 'remove') await deleteObject(context, bucket, { key: 'k', versionId });
          else if (kind === 'tag') {
            const named = { key: 'k', versionId, tags: [['t', String(pick)] as const] };
            await putObjectTags(context, bucket, named).catch(() => undefined);
          } else {
            const readBytes = () => openBytes(context, source, 'k', version);
            await applyReplica(context, bucket, { key: 'k', version, facets: {}, openBytes: readBytes });
          }
        };
        faulty = true;
        await Promise.all(
          writers.map(async (steps) => {
            for (const one of steps) await act(one);
          }),
        );
        faulty = false;
        const now = await context.buckets.require('target');
        expect(await inconsistencies(bench, now)).toEqual([]);
        const { counters, rows } = await countersAndRows(bench, now);
        const elsewhere = SOURCES;
        expect({ ...counters, pendingCount: counters.pendingCount + elsewhere }).toMatchObject({
          versions: rows.versions,
          bytes: rows.bytes,
          pendingCount: rows.pendingCount,
        });
      },
    ),
    { numRuns: 200 },
  );
});
