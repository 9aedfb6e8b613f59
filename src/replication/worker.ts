import type { Region } from '../buckets/region.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Random } from '../lib/random.ts';
import { StoreUnavailableError } from '../store/kv/key-value-store.ts';
import { intents } from '../store/tables/intents.ts';
import { messageOf } from './destinations/unavailable.ts';
import { Circuit } from './worker/circuit.ts';
import { type Claim, readClaims } from './worker/claim.ts';
import { FailureLog } from './worker/failure-log.ts';
import { Lanes } from './worker/lanes.ts';
import type { Outcome } from './worker/outcome.ts';
import { reschedule } from './worker/reschedule.ts';
import { LaneScan } from './worker/scan.ts';
import { settle, type SettleContext } from './worker/settle.ts';
import { ShardLeases } from './worker/shard-leases.ts';
import type { Lane } from './worker/lane.ts';

/** How often a worker looks at what only time brings: due retries, ended pauses. */
export const TICK_MS = 250;
/** A third of a worker's life, so that one lost renewal is no loss. */
const RENEW_MS = 5_000;
/** Intents that no wake-up told of (written by a process that died, say) are found within this time. */
const POLL_MS = 30_000;
/** Claims read in one round: enough to make the round cheap, few enough to start at once. */
const READ_BATCH = 32;
/** A copy of at least so many bytes is streamed through buffers of some MiB, so only a few run at once. */
const LARGE_BYTES = 1024 * 1024;
const LARGE_IN_FLIGHT_MAX = 8;
/** What must wait for something else here is looked at again after this time. */
const POSTPONE_MS = 100;
const POSTPONED_MAX = 256;

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
  readonly #lanes: Lanes;
  readonly #failures: FailureLog;
  readonly #source: Circuit;
  readonly #settling: SettleContext;
  #state: 'starting' | 'running' | 'stopping' | 'stopped' = 'starting';
  #inFlight = 0;
  #largeInFlight = 0;
  #postponed = 0;
  #reading = 0;
  #renewedAtMs = Number.NEGATIVE_INFINITY;
  #polledAtMs = Number.NEGATIVE_INFINITY;
  #background: Promise<void> = Promise.resolve();
  #cancelTick: () => void = () => undefined;
  #unwatch: () => void = () => undefined;
  #drained: (() => void) | undefined;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#leases = new ShardLeases({ ...options, store: options.region.store });
    this.#lanes = new Lanes(options.random, options.concurrency);
    this.#failures = new FailureLog(options.logger, options.clock);
    this.#source = new Circuit(options.random);
    this.#settling = {
      store: options.region.store,
      epoch: (shard) => this.#leases.epoch(shard),
      nowMs: () => options.clock.now(),
    };
  }

  /** Returns at once; a store that cannot serve yet is tried again until it can. */
  start(): void {
    if (this.#state !== 'starting') return;
    this.#state = 'running';
    this.#unwatch = this.#options.region.store.watch(intents.range().start, (keys) => this.#wake(keys));
    this.#tick();
  }

  /** Takes nothing new, lets what is under way finish, and gives its leases back. */
  async stop(): Promise<void> {
    if (this.#state !== 'running') return;
    this.#state = 'stopping';
    this.#unwatch();
    this.#cancelTick();
    if (this.#inFlight + this.#reading > 0) await new Promise<void>((resolve) => (this.#drained = resolve));
    await this.#background;
    await this.#leases.release().catch((error: unknown) => this.#noteSource(error));
    this.#state = 'stopped';
  }

  /** Where each destination stands in this worker, for `status`. */
  destinations(): { destination: string; inFlight: number; unavailable?: string; retryAtMs?: number }[] {
    return this.#lanes.all().map(({ destination, inFlight, circuit }) => ({
      destination,
      inFlight,
      ...(circuit.reason === undefined ? {} : { unavailable: circuit.reason }),
      ...(circuit.retryAtMs === undefined ? {} : { retryAtMs: circuit.retryAtMs }),
    }));
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
    for (const key of keys) {
      const { destination, shard } = intents.placeOf({ key });
      if (this.#leases.epoch(shard) !== undefined) this.#lanes.of(destination).offer(key);
    }
    this.#pump();
  }

  /** Starts as much as may run now. Called after anything that may have changed that. */
  #pump(): void {
    const nowMs = this.#options.clock.now();
    if (this.#state !== 'running' || this.#source.state(nowMs) === 'open') return;
    for (;;) {
      const room = this.#options.concurrency - this.#inFlight - this.#reading;
      const taken = this.#lanes.take(Math.min(room, READ_BATCH), nowMs);
      if (taken.length === 0) break;
      this.#reading += taken.length;
      void this.#begin(taken);
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

  async #begin(taken: readonly { lane: Lane; key: Buffer }[]): Promise<void> {
    try {
      const claims = await readClaims(
        this.#options.region.store,
        taken.map(({ key }) => key),
      );
      for (const [index, { lane, key }] of taken.entries()) this.#startOne(lane, key, claims[index]);
    } catch (error) {
      this.#noteSource(error);
      for (const { lane, key } of taken) this.#giveBack(lane, key);
    } finally {
      this.#reading -= taken.length;
    }
    this.#afterWork();
  }

  #startOne(lane: Lane, key: Buffer, claim: Claim | undefined): void {
    if (claim === undefined || this.#leases.epoch(claim.shard) === undefined) {
      this.#finish(lane, key);
    } else if (claim.intent.nextAttemptAtMs > this.#options.clock.now()) {
      lane.noteDue(claim.intent.nextAttemptAtMs);
      this.#finish(lane, key);
    } else if (claim.intent.size >= LARGE_BYTES && this.#largeInFlight >= LARGE_IN_FLIGHT_MAX) {
      this.#postpone(lane, key);
      this.#finish(lane, key);
    } else {
      this.#inFlight += 1;
      void this.#attempt(lane, claim);
    }
  }

  async #attempt(lane: Lane, claim: Claim): Promise<void> {
    const large = claim.intent.size >= LARGE_BYTES ? 1 : 0;
    this.#largeInFlight += large;
    try {
      const outcome = await this.#options.runTask(claim);
      await this.#conclude(lane, claim, outcome);
      this.#options.onOutcome?.(claim, outcome);
      this.#finish(lane, claim.key);
    } catch (error) {
      // Only the source's own store is called here, and its trouble is not the object's.
      this.#noteSource(error);
      this.#giveBack(lane, claim.key);
    } finally {
      this.#inFlight -= 1;
      this.#largeInFlight -= large;
    }
    this.#afterWork();
  }

  /** @throws StoreUnavailableError */
  async #conclude(lane: Lane, claim: Claim, outcome: Outcome): Promise<void> {
    const { clock, random } = this.#options;
    switch (outcome.kind) {
      case 'delivered':
      case 'gone':
      case 'failed': {
        this.#destinationAnswers(lane);
        if (outcome.kind === 'failed') this.#noteFailure(claim, outcome.code, outcome.reason);
        const result = await settle(this.#settling, claim, outcome);
        if (result === 'superseded') lane.offer(claim.key);
        return;
      }
      case 'retry':
        this.#destinationAnswers(lane);
        this.#noteFailure(claim, 'retry', outcome.reason);
        lane.noteDue(await reschedule(this.#settling, claim, outcome.reason, random));
        return;
      case 'wait':
        this.#postpone(lane, claim.key);
        return;
      case 'destination-unavailable':
        this.#failures.note({
          destination: lane.destination,
          code: 'destination-unavailable',
          reason: outcome.reason,
        });
        lane.circuit.fail(clock.now(), outcome.reason);
        lane.forget();
        return;
      case 'source-unavailable':
        throw new StoreUnavailableError(outcome.reason);
    }
  }

  /** Soon again, without a word to the row. Beyond a few, a scan finds them. */
  #postpone(lane: Lane, key: Buffer): void {
    const { clock } = this.#options;
    if (this.#postponed >= POSTPONED_MAX) return lane.noteDue(clock.now() + POSTPONE_MS);
    this.#postponed += 1;
    clock.after(POSTPONE_MS, () => {
      this.#postponed -= 1;
      if (this.#state === 'running') this.#wake([key]);
    });
  }

  #destinationAnswers(lane: Lane): void {
    if (lane.circuit.succeed()) {
      this.#options.logger.info({ destination: lane.destination }, 'destination is reachable again');
    }
  }

  #noteFailure({ intent }: Claim, code: string, reason: string): void {
    const { destination, ruleId } = intent.rule;
    this.#failures.note({ destination, ruleId, code, reason });
  }

  #noteSource(error: unknown): void {
    const reason = messageOf(error);
    this.#failures.note({ destination: '', code: 'source-unavailable', reason });
    this.#source.fail(this.#options.clock.now(), reason);
  }

  #finish(lane: Lane, key: Buffer): void {
    lane.release(key);
  }

  /** The attempt says nothing about the intent: a later scan takes it up again. */
  #giveBack(lane: Lane, key: Buffer): void {
    lane.scanWanted = true;
    lane.release(key);
  }

  #afterWork(): void {
    if (this.#drained !== undefined && this.#inFlight + this.#reading === 0) this.#drained();
    this.#pump();
  }
}
