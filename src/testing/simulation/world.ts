import type { Node } from '../../compose.ts';
import { LocalDestination } from '../../replication/destinations/local.ts';
import { AssumedRoles } from '../../replication/role/assumed-roles.ts';
import { runTask } from '../../replication/tasks/run-task.ts';
import type { TaskContext } from '../../replication/tasks/task.ts';
import type { Claim } from '../../replication/worker/claim.ts';
import type { Outcome } from '../../replication/worker/outcome.ts';
import { StoreUnavailableError } from '../../store/kv/key-value-store.ts';
import type { MemoryFaults } from '../../store/kv/memory.ts';
import { makeBatchRole } from '../batch-fixture.ts';
import { type MemorySite, openMemorySite, SITE_REGIONS, SiteDisks } from '../memory-site.ts';
import { ReplicationFixture, rolePolicy, ruleTo } from '../replication-fixture.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { SimulatedClock } from '../simulated-clock.ts';
import { MortalClock } from './mortal-clock.ts';
import { SlowStore } from './slow-store.ts';

export const SOURCE = 'source';
export const REPORTS = 'reports';
/** Written before there is any rule: for batch jobs to find. */
export const EARLY_KEYS = Array.from({ length: 12 }, (_, index) => `a/early ${index}`);
/** What each destination takes. */
export const DESTINATIONS = [
  { name: 'everything', region: 'ap-south-1', prefix: '' },
  { name: 'only-a', region: 'us-east-1', prefix: 'a' },
] as const;

const REPLAY_CHANCE = 0.3;
const REPLAY_MS_MAX = 4_000;

/** What is wrong with each store at the moment; probabilities per call. */
export interface Weather {
  unavailable: number;
  unknown: number;
}

/** One site with its disks, whose process dies and is started again. */
export class World {
  readonly clock: SimulatedClock;
  readonly random: SeededRandom;
  readonly disks = new SiteDisks();
  readonly weather = new Map<string, Weather>();
  readonly #workers: number;
  #process: { site: MemorySite; clock: MortalClock } | undefined;
  crashes = 0;
  replays = 0;
  /** `<destination> <version id>` of every version that a client ever asked to remove there. */
  readonly removedAt = new Set<string>();

  constructor(clock: SimulatedClock, random: SeededRandom) {
    this.clock = clock;
    this.random = random;
    this.#workers = 1 + random.below(2);
  }

  get site(): MemorySite {
    if (this.#process === undefined) throw new StoreUnavailableError('the process is down');
    return this.#process.site;
  }

  get s3(): ReplicationFixture {
    return new ReplicationFixture(this.site);
  }

  async start(): Promise<void> {
    const clock = new MortalClock(this.clock);
    const site = await openMemorySite({
      disks: this.disks,
      clock,
      random: this.random,
      workers: this.#workers,
      wrapStore: (store) => new SlowStore(store, clock, this.random),
      faults: (name) => this.#faults(name, clock),
      onOutcome: (node, claim, outcome) => this.#replay(node, claim, outcome, clock),
    });
    this.#process = { site, clock };
    for (const part of [...site.workers, ...site.runners]) part.start();
  }

  async configure(): Promise<void> {
    const { s3 } = this;
    await s3.accounts();
    await s3.bucket(SOURCE);
    await s3.bucket(REPORTS);
    await makeBatchRole(this.site);
    for (const key of EARLY_KEYS) await s3.put(SOURCE, key);
    for (const { name, region } of DESTINATIONS) await s3.bucket(name, { region });
    const names = DESTINATIONS.map(({ name }) => name);
    await s3.role(rolePolicy(SOURCE, names));
    const rules = DESTINATIONS.map(({ name, prefix }, index) =>
      ruleTo(name, { Priority: index, Filter: { Prefix: prefix } }),
    );
    await s3.replicate(SOURCE, ...rules);
  }

  /** Runs one request as a client sees it. `undefined` from `ran`: no answer, or an error; it may have happened. */
  async request<Answer>(run: (s3: ReplicationFixture) => Promise<Answer>): Promise<Answer | undefined> {
    const running = this.#process;
    if (running === undefined) return undefined;
    const died = running.clock.died.then(() => undefined);
    try {
      return await Promise.race([run(new ReplicationFixture(running.site)), died]);
    } catch {
      return undefined;
    }
  }

  /** Which life of the process this is. */
  get life(): number {
    return this.crashes;
  }

  crash(): void {
    if (this.#process === undefined) return;
    this.crashes += 1;
    this.#process.clock.die();
    this.#process.site.crash();
    this.#process = undefined;
  }

  setBlobsRefusing(region: string, refuses: boolean): void {
    const disk = this.disks.regions.get(region);
    if (disk !== undefined) disk.blobs.refuses = { reads: refuses, writes: refuses };
  }

  heal(): void {
    this.weather.clear();
    for (const region of SITE_REGIONS) this.setBlobsRefusing(region, false);
  }

  /** A worker that everybody took for dead comes late, with what it once read: it must make no difference. */
  #replay(node: Node, claim: Claim, outcome: Outcome, clock: MortalClock): void {
    if (outcome.kind !== 'delivered' || !this.random.chance(REPLAY_CHANCE)) return;
    const context: TaskContext = {
      objects: node.objects,
      roles: new AssumedRoles(node.identity, clock),
      destinationOf: (bucket) => new LocalDestination(node.objects, bucket),
    };
    clock.after(this.random.below(REPLAY_MS_MAX), () => {
      this.replays += 1;
      void runTask(context, claim);
    });
  }

  #faults(name: string, clock: MortalClock): MemoryFaults {
    const chance = (kind: keyof Weather) => this.random.chance(this.weather.get(name)?.[kind] ?? 0);
    return {
      commit: () => {
        if (chance('unavailable')) return 'unavailable';
        if (!chance('unknown')) return undefined;
        return this.random.chance(0.5) ? 'unknown-written' : 'unknown-lost';
      },
      read: () => chance('unavailable'),
      sync: () =>
        this.random.chance(0.3)
          ? new Promise<void>((resolve) => clock.after(this.random.below(5), resolve))
          : Promise.resolve(),
    };
  }
}
