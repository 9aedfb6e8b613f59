import { createHash } from 'node:crypto';
import { PENDING_TABLES } from '../../store/tables/intents.ts';
import { SeededRandom } from '../seeded-random.ts';
import { SimulatedClock } from '../simulated-clock.ts';
import { runClient } from './clients.ts';
import { violations } from './invariants.ts';
import { anyJobRuns, jobViolations, runJobs, tasksRun } from './jobs.ts';
import { Ledger } from './ledger.ts';
import { makeTrouble } from './troubles.ts';
import { EARLY_KEYS, World } from './world.ts';

const CLIENTS = 3;
const REQUESTS_EACH = 40;
const JOBS = 3;
/** A retry may wait for a quarter of an hour; two of them are patience enough. */
const REST_MS_MAX = 40 * 60_000;
const REST_STEP_MS = 20_000;

export interface SimulationResult {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly requests: number;
  readonly failures: number;
  readonly jobTasks: number;
  readonly crashes: number;
  readonly replays: number;
  readonly simulatedMs: number;
  /** Of all that clients were told: the same for the same seed. */
  readonly fingerprint: string;
}

/** One run of a site in two regions: clients write while its process dies, stores fail and clocks jump; then the
 * weather clears, and what must hold is checked. */
export async function simulate(seed: number): Promise<SimulationResult> {
  const clock = new SimulatedClock();
  const random = new SeededRandom(seed);
  const world = new World(clock, random);
  const ledger = new Ledger();
  await clock.run(world.start());
  await clock.run(world.configure());
  for (const key of EARLY_KEYS) ledger.sent.set(key, key);
  let stopped = false;
  const trouble = makeTrouble(world, () => stopped);
  const clients = Array.from({ length: CLIENTS }, () => runClient(world, ledger, REQUESTS_EACH));
  await clock.run(Promise.all([...clients, runJobs(world, ledger, JOBS)]));
  stopped = true;
  await clock.run(trouble);
  await rest(world, ledger);
  const wrong = [
    ...(await clock.run(violations(world, ledger))),
    ...(await clock.run(jobViolations(world, ledger))),
  ];
  const told = [...ledger.acknowledged.values()].map(({ key, body, deleted }) => [key, body.length, deleted]);
  return {
    seed,
    violations: wrong,
    requests: ledger.requests,
    failures: ledger.failures,
    jobTasks: await clock.run(tasksRun(world, ledger)),
    crashes: world.crashes,
    replays: world.replays,
    simulatedMs: clock.steadyMs,
    fingerprint: createHash('sha256')
      .update(JSON.stringify([told, clock.steadyMs]))
      .digest('hex')
      .slice(0, 12),
  };
}

/** Until nothing is pending, or patience ends. */
async function rest(world: World, ledger: Ledger): Promise<void> {
  const { clock } = world;
  const untilMs = clock.steadyMs + REST_MS_MAX;
  do {
    await clock.advance(REST_STEP_MS);
  } while (clock.steadyMs < untilMs && (await clock.run(anythingPending(world, ledger))));
}

async function anythingPending(world: World, ledger: Ledger): Promise<boolean> {
  if (await anyJobRuns(world, ledger)) return true;
  for (const { store } of world.site.site.regions.values()) {
    for (const table of PENDING_TABLES) {
      if ((await store.range({ ...table.range(), limit: 1 })).length > 0) return true;
    }
  }
  return false;
}
