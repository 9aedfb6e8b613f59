import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sleep } from '../../lib/clock.ts';
import type { MemoryFaults } from '../../store/kv/memory.ts';
import { decodeKey } from '../../store/kv/tuple.ts';
import { deliveries } from '../../store/tables/deliveries.ts';
import { PENDING_TABLES } from '../../store/tables/intents.ts';
import { stampOfInvertedElement } from '../../store/tables/inverted-stamp.ts';
import type { JobRow, JobTask } from '../../store/tables/job-rows.ts';
import { jobAnswers } from '../../store/tables/jobs.ts';
import { versions } from '../../store/tables/versions.ts';
import { jobRow } from '../../testing/batch-fixture.ts';
import { DeliveryFixture } from '../../testing/delivery-fixture.ts';
import { rolePolicy, ruleTo } from '../../testing/replication-fixture.ts';
import { SeededRandom } from '../../testing/seeded-random.ts';
import { SimulatedClock } from '../../testing/simulated-clock.ts';
import { SlowStore } from '../../testing/simulation/slow-store.ts';
import { retryParked } from '../retry-parked.ts';

const JOBS: readonly JobRow[] = [jobRow({ jobId: 'one' }), jobRow({ jobId: 'two' })];
/** Two of the longest delays between attempts. */
const MINUTES_MAX = 40;
const KEYS = ['a', 'b'];
/** Too large to travel inside a commit. */
const LARGE_BYTES = 40_000;
const OPERATIONS = [
  'put',
  'put',
  'start',
  'start',
  'start',
  'withdraw',
  'withdraw-second',
  'withdraw-stalled',
  'remove',
  'remove-replica',
  'tag',
  'marker',
  'forbid',
  'allow',
  'break',
  'retry-parked',
  'change-rules',
] as const;

interface Step {
  readonly operation: (typeof OPERATIONS)[number];
  readonly atMs: number;
  readonly dice: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  operation: fc.constantFrom(...OPERATIONS),
  atMs: fc.nat(600),
  dice: fc.nat(1_000_000),
});

const someSteps = fc.array(step, { minLength: 5, maxLength: 80 });

/** One site under a run of steps that overlap as their times and the stores' delays have it. */
class Run {
  readonly s3: DeliveryFixture;
  readonly #known: { key: string; versionId: string }[] = [];
  readonly #chunks: { number: number; job: JobRow }[] = [];
  /** Versions that a client asked to remove at a destination. */
  readonly #removed = new Set<string>();
  /** Whether some rule was missing for a while: then not every version goes to both destinations. */
  #rulesChanged = false;
  /** How often each answer was written. */
  readonly #answered = new Map<string, number>();
  /** A store that is unsure now and then: whether a commit happened shows only later. */
  readonly weather: { unknown: boolean };

  constructor(s3: DeliveryFixture, weather: { unknown: boolean }) {
    this.s3 = s3;
    this.weather = weather;
    s3.region.store.watch(jobAnswers.range().start, (keys) => {
      for (const key of keys) {
        const name = key.toString('latin1');
        this.#answered.set(name, (this.#answered.get(name) ?? 0) + 1);
      }
    });
  }

  async step({ operation, atMs, dice }: Step): Promise<void> {
    await sleep(this.s3.clock, atMs);
    // What a client is refused, or never told, is not what is looked at here.
    await this.#do(operation, dice).catch(() => undefined);
  }

  async #do(operation: Step['operation'], dice: number): Promise<void> {
    const { s3 } = this;
    const key = KEYS[dice % KEYS.length] ?? '';
    const version = this.#known[dice % Math.max(1, this.#known.length)];
    const chunk = this.#chunks[dice % Math.max(1, this.#chunks.length)];
    switch (operation) {
      case 'put': {
        const body = dice % 5 === 0 ? 'x'.repeat(LARGE_BYTES) : `body ${dice}`;
        this.#known.push({ key, versionId: await s3.put('source', key, body) });
        return;
      }
      case 'start':
        return this.#start(dice);
      case 'withdraw':
      case 'withdraw-second':
      case 'withdraw-stalled': {
        const unreachable = { withdraw: ['destination', 'second'], 'withdraw-second': ['second'] };
        const names = operation === 'withdraw-stalled' ? [] : unreachable[operation];
        if (chunk === undefined) return;
        await s3.withdraw(chunk.number, (destination) => names.includes(destination), chunk.job);
        return;
      }
      case 'remove':
        if (version !== undefined) await s3.remove('source', version.key, version.versionId);
        return;
      case 'remove-replica':
        if (version === undefined) return;
        this.#removed.add(version.versionId);
        await s3.remove('destination', version.key, version.versionId);
        return;
      case 'tag':
        if (version !== undefined) await s3.tag('source', version.key, [['n', `${dice}`]], version.versionId);
        return;
      case 'marker':
        this.#known.push({ key, versionId: (await s3.remove('source', key)) ?? '' });
        return;
      case 'forbid':
        return s3.rolePolicy(rolePolicy('source', ['elsewhere']));
      case 'allow':
        return s3.rolePolicy(rolePolicy('source', ['destination', 'second']));
      case 'break':
        this.weather.unknown = dice % 2 === 0;
        return;
      case 'retry-parked':
        for (const row of await s3.parked()) await retryParked(s3.region.store, row, s3.clock.now());
        return;
      case 'change-rules': {
        this.#rulesChanged = true;
        const rules = [ruleTo('destination'), ruleTo('second', { Priority: 2 })];
        await s3.replicate('source', ...rules.filter((_, index) => dice % 3 !== index));
      }
    }
  }

  async #start(dice: number): Promise<void> {
    const job = JOBS[dice % JOBS.length] ?? jobRow();
    const tasks = Array.from({ length: 1 + (dice % 3) }, (_, index): JobTask => {
      const version = this.#known[(dice + index) % Math.max(1, this.#known.length)];
      if (version === undefined || (dice + index) % 4 === 0) return { key: KEYS[dice % KEYS.length] ?? '' };
      return version;
    });
    const number = await this.s3.tryStart(tasks, job);
    if (number !== undefined) this.#chunks.push({ number, job });
  }

  /** Lets everything end. */
  async rest(): Promise<void> {
    const { s3, weather } = this;
    weather.unknown = false;
    await s3.clock.run(s3.rolePolicy(rolePolicy('source', ['destination', 'second'])));
    for (let minute = 0; minute < MINUTES_MAX; minute += 1) {
      if ((await s3.clock.run(this.#pending())) === 0) break;
      await s3.clock.advance(60_000);
    }
    // What was withdrawn in the middle of an attempt may still arrive.
    await s3.clock.advance(60_000);
  }

  /** What is wrong with a site at rest. */
  async violations(): Promise<string[]> {
    const { s3 } = this;
    const wrong = (await s3.counterDifferences()).map((difference) => JSON.stringify(difference));
    if ((await this.#pending()) > 0) wrong.push('something is pending for ever');
    for (const { number, job } of this.#chunks) {
      const { waitsFor } = await s3.chunk(number, job);
      for (const [task, destinations] of waitsFor.entries()) {
        for (const destination of destinations) {
          const name = jobAnswers.key(
            ...jobAnswers.of({ jobId: job.jobId, chunk: number, task }, destination),
          );
          const count = this.#answered.get(name.toString('latin1')) ?? 0;
          if (count !== 1) wrong.push(`${job.jobId} ${number} ${task} ${destination}: ${count} answers`);
        }
      }
    }
    return [...wrong, ...(await this.#orphans()), ...(await this.#half())];
  }

  /** Versions that say COMPLETED, and are not everywhere. */
  async #half(): Promise<string[]> {
    const wrong: string[] = [];
    if (this.#rulesChanged) return wrong;
    for (const { key, versionId, row } of await this.s3.versions('source')) {
      if (row.kind !== 'object' || (await this.s3.status('source', key, versionId)) !== 'COMPLETED') continue;
      for (const name of ['destination', 'second']) {
        const there = (await this.s3.read(name, key, versionId)) !== undefined;
        if (!there && !this.#removed.has(versionId)) wrong.push(`${key} ${versionId} is not in ${name}`);
      }
    }
    return wrong;
  }

  async #pending(): Promise<number> {
    const counts = PENDING_TABLES.map(
      async (table) => (await this.s3.region.store.range(table.range())).length,
    );
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
  }

  /** Deliveries of versions that are gone, and deliveries that nothing will ever end. */
  async #orphans(): Promise<string[]> {
    const { store } = this.s3.region;
    const { row } = await this.s3.site.buckets.require('source');
    const wrong: string[] = [];
    for (const stored of await store.range(deliveries.bucketRange(row.id))) {
      const [, , key, stamp] = decodeKey(stored.key);
      const place = stamp instanceof Uint8Array ? stampOfInvertedElement(stamp) : '';
      const [version] = await store.get([versions.key(row.id, String(key), place)]);
      const delivery = deliveries.decode(stored);
      if (version === undefined) wrong.push(`a delivery of ${String(key)} ${place}, which is gone`);
      if (delivery.status === 'PENDING') wrong.push(`${String(key)} ${place} is PENDING for ever`);
    }
    for (const { key, stamp, rule, kind } of await this.s3.parked()) {
      const [stored] = await store.get([deliveries.key(row.id, key, stamp, rule.destination)]);
      const status = stored && deliveries.decode(stored).status;
      if (status !== 'FAILED') wrong.push(`the ${kind} of ${key} ${stamp} is parked and ${status}`);
    }
    return wrong;
  }
}

async function openRun(seed: number): Promise<Run> {
  const weather = { unknown: false };
  const dice = new SeededRandom(seed);
  const faults: MemoryFaults = {
    commit: () => {
      if (!weather.unknown || !dice.chance(0.2)) return undefined;
      return dice.chance(0.5) ? 'unknown-written' : 'unknown-lost';
    },
  };
  const clock = new SimulatedClock();
  const s3 = await DeliveryFixture.open({
    clock,
    random: new SeededRandom(seed),
    workers: 2,
    faults: (name) => (name === 'us-east-1' ? faults : {}),
    wrapStore: (store) => new SlowStore(store, clock, dice),
  });
  const run = new Run(s3, weather);
  // Some were there before the rule.
  for (let n = 0; n < 6; n += 1) await s3.clock.run(run.step({ operation: 'put', atMs: 0, dice: n }));
  await s3.clock.run(s3.replicate('source', ruleTo('destination'), ruleTo('second', { Priority: 2 })));
  return run;
}

it('however live changes, jobs, withdrawals and removals meet, every task gets one answer and counters count', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), someSteps, fc.boolean(), async (seed, steps, rulesChange) => {
      const run = await openRun(seed);
      run.s3.startWorkers();
      // Most runs would change the rules, and what is whole is looked at only where they stay.
      const taken = steps.filter(({ operation }) => rulesChange || operation !== 'change-rules');
      await run.s3.clock.run(Promise.all(taken.map((one) => run.step(one))));
      await run.rest();
      expect(await run.s3.clock.run(run.violations())).toEqual([]);
      await run.s3.clock.run(run.s3.stopWorkers());
    }),
    { numRuns: 25 },
  );
}, 120_000);
