import type { Random } from '../../lib/random.ts';
import type { KeyValueStore } from '../../store/kv/key-value-store.ts';
import { batchIntents, intents } from '../../store/tables/intents.ts';
import type { IntentClass } from '../../store/tables/rows.ts';
import { Circuits } from './circuits.ts';
import type { Lane } from './lane.ts';
import { Lanes } from './lanes.ts';

/** Batch jobs never hold more than this part of all attempts, so that a live change finds room at once, however slow
 * their destinations are. */
const BATCH_SHARE_MAX = 0.75;
/** While live changes come in, that part is small: each step of a live delivery waits for what is under way on the event
 * loop and in the store, and there is to be little of it. */
const BATCH_SHARE_BESIDE_LIVE = 0.125;
/** What live changes leave them in any case: a live backlog towards a slow destination must not stop a job. */
const BATCH_SHARE_MIN = 0.0625;
/** So long after the last live change others are expected. */
const LIVE_MS = 1_000;

/** The lanes of live changes and those of batch jobs. Live ones come first, but for the little that is left to jobs. */
export class AllLanes {
  readonly #circuits: Circuits;
  readonly #live: Lanes;
  readonly #batch: Lanes;
  readonly #concurrency: number;
  #liveAtMs = Number.NEGATIVE_INFINITY;

  constructor(random: Random, concurrency: number) {
    this.#concurrency = concurrency;
    this.#circuits = new Circuits(random);
    this.#live = new Lanes(intents, this.#circuits, concurrency);
    this.#batch = new Lanes(batchIntents, this.#circuits, partOf(concurrency, BATCH_SHARE_MAX));
  }

  of(kind: IntentClass, destination: string): Lane {
    return (kind === 'batch' ? this.#batch : this.#live).of(destination);
  }

  /** Up to `count` keys. `inFlight` of their lanes already counts them. */
  take(count: number, nowMs: number): { lane: Lane; key: Buffer }[] {
    const taken = this.#live.take(Math.min(count, this.#liveMax() - this.#live.inFlight), nowMs);
    if (taken.length > 0) this.#liveAtMs = nowMs;
    const left = Math.min(count - taken.length, this.#batchMax(nowMs) - this.#batch.inFlight);
    return left <= 0 ? taken : [...taken, ...this.#batch.take(left, nowMs)];
  }

  /** Lanes whose scan should read its next page now. */
  scannable(nowMs: number): Lane[] {
    return [...this.#live.scannable(nowMs), ...this.#batch.scannable(nowMs)];
  }

  /** What time alone brings. */
  tick(nowMs: number): void {
    this.#live.tick(nowMs);
    this.#batch.tick(nowMs);
    this.#circuits.tick(nowMs, (destination) => this.#live.has(destination) || this.#batch.has(destination));
  }

  /** @throws StoreUnavailableError */
  async discover(store: KeyValueStore): Promise<void> {
    await this.#live.discover(store);
    await this.#batch.discover(store);
  }

  destinations(): { destination: string; inFlight: number; unavailable?: string; retryAtMs?: number }[] {
    const lanes = Map.groupBy([...this.#live.all(), ...this.#batch.all()], ({ destination }) => destination);
    return [...lanes].map(([destination, those]) => {
      const circuit = this.#circuits.of(destination);
      return {
        destination,
        inFlight: those.reduce((sum, { inFlight }) => sum + inFlight, 0),
        ...(circuit.reason === undefined ? {} : { unavailable: circuit.reason }),
        ...(circuit.retryAtMs === undefined ? {} : { retryAtMs: circuit.retryAtMs }),
      };
    });
  }

  unavailable(destination: string): boolean {
    return this.#circuits.unavailable(destination);
  }

  #liveMax(): number {
    const kept = this.#batch.waiting ? partOf(this.#concurrency, BATCH_SHARE_MIN) - this.#batch.inFlight : 0;
    return this.#concurrency - Math.max(0, kept);
  }

  #batchMax(nowMs: number): number {
    // A clock that was set back must not keep jobs small.
    const beside = Math.abs(nowMs - this.#liveAtMs) < LIVE_MS;
    return partOf(this.#concurrency, beside ? BATCH_SHARE_BESIDE_LIVE : BATCH_SHARE_MAX);
  }
}

function partOf(concurrency: number, share: number): number {
  return Math.max(1, Math.floor(concurrency * share));
}
