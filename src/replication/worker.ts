import type { Region } from '../buckets/region.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/error-message.ts';
import type { Logger } from '../lib/logger.ts';
import type { Random } from '../lib/random.ts';
import { classOfKey, intents, PENDING_TABLES } from '../store/tables/intents.ts';
import { AllLanes } from './worker/all-lanes.ts';
import { Attempts } from './worker/attempts.ts';
import { Circuit } from './worker/circuit.ts';
import type { Claim } from './worker/claim.ts';
import { FailureLog } from './worker/failure-log.ts';
import type { Lane } from './worker/lane.ts';
import type { Outcome } from './worker/outcome.ts';
import { LaneScan } from './worker/scan.ts';
import { ShardLeases } from './worker/shard-leases.ts';

/** How often a worker looks at what only time brings: due retries, ended pauses. */
export const TICK_MS = 250;
/** A third of a worker's life, so that one lost renewal is no loss. */
const RENEW_MS = 5_000;
/** Intents that no wake-up told of (written by a process that died, say) are found within this time. */
const POLL_MS = 30_000;
/** Claims read in one round: enough to make the round cheap, few enough to start at once. */
const READ_BATCH = 32;
export interface WorkerOptions {
  readonly region: Region;
  /** Unique among all workers, ever. */
  readonly workerId: string;
  readonly incarnation: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Attempts under way at once. */
  readonly concurrency: number;
  readonly runTask: (claim: Claim) => Promise<Outcome>;
  readonly afterDelivery?: (claim: Claim) => Promise<void>;
  readonly onOutcome?: (claim: Claim, outcome: Outcome) => void;
}

/** Delivers what is pending in one region's store. Any number of workers may run, in any threads.
 *
 * starting → running → stopping → stopped
 * - Woken by the commits that write intents; a scan finds what was not told of or had no room in memory.
 * - Memory is bounded by the lanes' queues and by `concurrency`, whatever is pending.
 * - A claim lives here alone: after a crash the intent is simply still there.
 * - Nothing is settled but under a lease whose row is checked in the same commit. */
export class ReplicationWorker {
  readonly #options: WorkerOptions;
  readonly #leases: ShardLeases;
  readonly #lanes: AllLanes;
  readonly #failures: FailureLog;
  readonly #source: Circuit;
  readonly #attempts: Attempts;
  #state: 'starting' | 'running' | 'stopping' | 'stopped' = 'starting';
  #renewedAtMs = Number.NEGATIVE_INFINITY;
  #polledAtMs = Number.NEGATIVE_INFINITY;
  #background: Promise<void> = Promise.resolve();
  #cancelTick: () => void = () => undefined;
  #unwatch: readonly (() => void)[] = [];
  #drained: (() => void) | undefined;
  #pumpScheduled = false;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#leases = new ShardLeases({ ...options, store: options.region.store });
    this.#lanes = new AllLanes(options.random, options.concurrency);
    this.#failures = new FailureLog(options.logger, options.clock);
    this.#source = new Circuit(options.random);
    this.#attempts = new Attempts({
      ...options,
      failures: this.#failures,
      settling: {
        store: options.region.store,
        epoch: (shard) => this.#leases.epoch(shard),
        nowMs: () => options.clock.now(),
      },
      onSourceTrouble: (error) => this.#noteSource(error),
      wake: (key) => this.#wake([key]),
      onEnd: () => this.#afterWork(),
    });
  }

  /** Returns at once; a store that cannot serve yet is tried again until it can. */
  start(): void {
    if (this.#state !== 'starting') return;
    this.#state = 'running';
    const { store } = this.#options.region;
    this.#unwatch = PENDING_TABLES.map((table) =>
      store.watch(table.range().start, (keys) => this.#wake(keys)),
    );
    this.#tick();
  }

  /** Takes nothing new, lets what is under way finish, and gives its leases back. */
  async stop(): Promise<void> {
    if (this.#state !== 'running') return;
    this.#state = 'stopping';
    for (const unwatch of this.#unwatch) unwatch();
    this.#cancelTick();
    if (this.#attempts.underWay > 0) await new Promise<void>((resolve) => (this.#drained = resolve));
    await this.#background;
    await this.#leases.release().catch((error: unknown) => this.#noteSource(error));
    this.#state = 'stopped';
  }

  /** Where each destination stands in this worker, for `status`. */
  destinations(): { destination: string; inFlight: number; unavailable?: string; retryAtMs?: number }[] {
    return this.#lanes.destinations();
  }

  /** Whether this worker cannot reach it now. */
  unavailable(destination: string): boolean {
    return this.#lanes.unavailable(destination);
  }

  #tick(): void {
    if (this.#state !== 'running') return;
    this.#cancelTick = this.#options.clock.after(TICK_MS, () => this.#tick());
    const nowMs = this.#options.clock.now();
    this.#source.clampTo(nowMs);
    this.#lanes.tick(nowMs);
    this.#failures.flush();
    // A clock that was set back must not put the next renewal off.
    const renewDue = nowMs - this.#renewedAtMs >= RENEW_MS || nowMs < this.#renewedAtMs;
    if (renewDue && this.#source.state(nowMs) !== 'open') {
      this.#renewedAtMs = nowMs;
      this.#background = this.#background.then(() => this.#renew());
    }
    this.#pump();
  }

  async #renew(): Promise<void> {
    try {
      const gained = await this.#leases.renew();
      const nowMs = this.#options.clock.now();
      if (gained || nowMs - this.#polledAtMs >= POLL_MS || nowMs < this.#polledAtMs) {
        this.#polledAtMs = nowMs;
        await this.#lanes.discover(this.#options.region.store);
      }
      this.#source.succeed();
    } catch (error) {
      this.#noteSource(error);
    }
    this.#pump();
  }

  #wake(keys: readonly Buffer[]): void {
    if (this.#state !== 'running') return;
    for (const key of keys) {
      const { destination, shard } = intents.placeOf({ key });
      if (this.#leases.epoch(shard) !== undefined) this.#lanes.of(classOfKey(key), destination).offer(key);
    }
    this.#pump();
  }

  /** Starts as much as may run now. Called after anything that may have changed that. */
  #pump(): void {
    const nowMs = this.#options.clock.now();
    if (this.#state !== 'running' || this.#source.state(nowMs) === 'open') return;
    for (;;) {
      const room = this.#options.concurrency - this.#attempts.underWay;
      const taken = this.#lanes.take(Math.min(room, READ_BATCH), nowMs);
      if (taken.length === 0) break;
      this.#attempts.begin(taken);
    }
    for (const lane of this.#lanes.scannable(nowMs)) void this.#scan(lane);
  }

  async #scan(lane: Lane): Promise<void> {
    const { region, clock } = this.#options;
    const scan = lane.scan ?? new LaneScan(region.store, lane, this.#leases, clock.now());
    if (lane.scan === undefined) lane.beginScan(scan);
    lane.scanning = true;
    try {
      if (await scan.next(clock.now())) lane.endScan(clock.now());
    } catch (error) {
      lane.scan = undefined;
      lane.scanWanted = true;
      this.#noteSource(error);
    } finally {
      lane.scanning = false;
    }
    this.#pump();
  }

  #noteSource(error: unknown): void {
    const reason = messageOf(error);
    this.#failures.note({ destination: '', code: 'source-unavailable', reason });
    this.#source.fail(this.#options.clock.now(), reason);
  }

  /** Attempts that were settled in one commit end one after the other: what follows them is read in one round. */
  #afterWork(): void {
    if (this.#attempts.underWay === 0) this.#drained?.();
    if (this.#pumpScheduled) return;
    this.#pumpScheduled = true;
    queueMicrotask(() => {
      this.#pumpScheduled = false;
      this.#pump();
    });
  }
}
