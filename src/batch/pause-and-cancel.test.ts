import { describe, expect, test } from 'vitest';
import type { Commit } from '../store/kv/key-value-store.ts';
import type { MemoryFaults } from '../store/kv/memory.ts';
import type { JobStatus } from '../store/tables/job-rows.ts';
import { jobChunks, jobStates } from '../store/tables/jobs.ts';
import { TABLES } from '../store/tables/table-numbers.ts';
import { HookedStore } from '../testing/hooked-store.ts';
import { JobFixture } from '../testing/job-fixture.ts';
import { rolePolicy, ruleTo } from '../testing/replication-fixture.ts';
import { jobIdOf } from './clean-up.ts';
import type { JobSpecification } from './specification.ts';

/** A job whose deliveries cannot be made for now, and one of higher priority that takes its place.
 * @param seen every commit */
async function pressedOut(
  seen: (what: Commit, fixture: () => JobFixture) => Promise<void> = async () => undefined,
) {
  const far = { down: false };
  const fixture: JobFixture = await JobFixture.withObjects(40, {
    activeJobsMax: 1,
    faults: unreachable('ap-south-1', far),
    wrapStore: (store) =>
      new HookedStore(store, async (commit, what) => {
        const result = await commit();
        await seen(what, () => fixture);
        return result;
      }),
  });
  await fixture.bucket('other');
  await fixture.put('other', 'key');
  await fixture.replicate('other', ruleTo('destination'));
  await fixture.bucket('far', { region: 'ap-south-1' });
  await fixture.replicate('source', ruleTo('far'));
  await fixture.rolePolicy(rolePolicy('*', ['destination', 'far']));
  far.down = true;
  const low = await fixture.create({ priority: 1 });
  await fixture.until(low, 'Active');
  const source = { kind: 'generator', sourceBucket: 'arn:aws:s3:::other', filter: {} } as const;
  const high = await fixture.create({ priority: 2, source });
  return { fixture, far, low, high };
}

describe('a job of higher priority', () => {
  test('takes the place of another, which comes back by itself', async () => {
    const { fixture, far, low, high } = await pressedOut();
    await fixture.until(high, 'Complete');
    expect(await fixture.states(low)).toBe('New Preparing Ready Active Pausing');
    far.down = false;
    expect(await fixture.end(low)).toMatchObject({
      path: 'New Preparing Ready Active Pausing Paused Active Completing Complete',
      counts: '40+0 of 40',
    });
  });

  test('leaves another of the same bucket alone', async () => {
    const fixture = await JobFixture.withObjects(40, { activeJobsMax: 1 });
    const low = await fixture.create({ priority: 1 });
    const high = await fixture.create({ priority: 2 });
    await fixture.until(low, 'Complete');
    await fixture.until(high, 'Complete');
    for (const jobId of [low, high]) expect(await fixture.states(jobId)).not.toContain('Pausing');
    expect((await fixture.reportRows(low)).length).toBe(40);
    expect((await fixture.end(high)).rows.length).toBe(40);
  });
});

describe('cancelled', () => {
  /** After the first commit of which `when` says so, even before the runner is answered. */
  async function cancelledAt(when: (what: Commit) => boolean, more: Partial<JobSpecification> = {}) {
    let jobId: string | undefined;
    let cancelled = false;
    const fixture: JobFixture = await JobFixture.withObjects(300, {
      wrapStore: (store) =>
        new HookedStore(store, async (commit, what) => {
          const result = await commit();
          jobId ??= jobEntering(what, 'New');
          if (jobId === undefined || cancelled || result.outcome !== 'committed' || !when(what))
            return result;
          cancelled = true;
          await fixture.cancel(jobId);
          return result;
        }),
    });
    return await fixture.end(await fixture.create(more));
  }

  test.each([
    ['New', 'New Cancelling Cancelled'],
    ['Preparing', 'New Preparing Cancelling Cancelled'],
    ['Ready', 'New Preparing Ready Cancelling Cancelled'],
    ['Active', 'New Preparing Ready Active Cancelling Cancelled'],
  ] as const)('in %s', async (status, path) => {
    const cancelled = await cancelledAt((what) => jobEntering(what, status) !== undefined);
    expect(cancelled).toMatchObject({ path, codes: [], rows: [] });
  });

  test.each([
    ['Pausing', 'New Preparing Ready Active Pausing Cancelling Cancelled', '0+0 of 40'],
    ['Paused', 'New Preparing Ready Active Pausing Paused Cancelling Cancelled', '40+0 of 40'],
  ] as const)('in %s', async (status, path, counts) => {
    const { fixture, far, low, high } = await pressedOut(async (what, pressed) => {
      const jobId = jobEntering(what, status);
      if (jobId !== undefined) await pressed().cancel(jobId);
    });
    await fixture.until(high, 'Complete');
    if (status === 'Pausing') await fixture.until(low, 'Cancelled');
    far.down = false;
    expect(await fixture.end(low)).toMatchObject({ path, counts });
  });

  test('in Suspended: at once', async () => {
    const suspended = (what: Commit) => jobEntering(what, 'Suspended') !== undefined;
    expect(await cancelledAt(suspended, { confirmationRequired: true })).toMatchObject({
      path: 'New Preparing Suspended Cancelled',
      counts: '0+0 of 300',
    });
  });

  test('in Active, with tasks done: they are reported, and no others', async () => {
    const { path, counts, rows } = await cancelledAt(endsChunk);
    expect(path).toBe('New Preparing Ready Active Cancelling Cancelled');
    expect(rows.length).toBe(Number(counts.split('+')[0]));
    expect(rows.length).toBeGreaterThan(0);
  });

  test('in Active, an operation: tasks that have not begun never do', async () => {
    const operation = { name: 'S3PutObjectTagging', tags: [['by', 'job']] } as const;
    const { path, counts, rows } = await cancelledAt(changesTags, { operation });
    expect(path).toBe('New Preparing Ready Active Cancelling Cancelled');
    expect(rows.length).toBe(Number(counts.split('+')[0]));
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.length).toBeLessThan(300);
  });

  test('while a destination cannot be reached: what waits for it never ran', async () => {
    const far = { down: false };
    const fixture = await JobFixture.withObjects(20, { faults: unreachable('ap-south-1', far) });
    await fixture.bucket('far', { region: 'ap-south-1' });
    await fixture.rolePolicy(rolePolicy('source', ['far']));
    await fixture.replicate('source', ruleTo('far'));
    far.down = true;
    const jobId = await fixture.create();
    await fixture.until(jobId, 'Active');
    await fixture.clock.advance(10_000);
    expect(await fixture.status('source', 'key 0')).toBe('PENDING');
    await fixture.cancel(jobId);
    await fixture.until(jobId, 'Cancelled');
    far.down = false;
    expect(await fixture.end(jobId)).toEqual({
      path: 'New Preparing Ready Active Cancelling Cancelled',
      counts: '0+0 of 20',
      codes: [],
      rows: [],
    });
    expect(await fixture.status('source', 'key 0')).toBeUndefined();
  });
});

/** The job that a commit takes into a state. */
function jobEntering({ writes }: Commit, status: JobStatus): string | undefined {
  for (const write of writes) {
    if (write.kind !== 'put' || write.key[0] !== TABLES.jobStates) continue;
    const value = Buffer.from(write.value);
    if (jobStates.decode({ value }).status === status) return jobIdOf(Buffer.from(write.key));
  }
  return undefined;
}

function endsChunk({ writes }: Commit): boolean {
  return writes.some((write) => {
    if (write.kind !== 'put' || write.key[0] !== TABLES.jobTasks) return false;
    return jobChunks.decode({ value: Buffer.from(write.value) }).state === 'done';
  });
}

function changesTags({ writes }: Commit): boolean {
  return writes.some(({ kind, key }) => kind === 'put' && key[0] === TABLES.facets);
}

/** Nothing can be read or written in a region while it is down. */
function unreachable(region: string, state: { readonly down: boolean }) {
  return (name: string): MemoryFaults => {
    if (name !== region) return {};
    return { commit: () => (state.down ? 'unavailable' : undefined), read: () => state.down };
  };
}
