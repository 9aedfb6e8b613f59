import type { KeyValueStore } from '../../store/kv/key-value-store.ts';
import type { IntentTable } from '../../store/tables/intents.ts';
import type { Circuits } from './circuits.ts';
import { Lane } from './lane.ts';
import { pendingDestinations } from './scan.ts';

/** One of several destinations may hold this part of all attempts at most, so that a slow one leaves room. */
const SHARE_MAX = 0.5;

/** A worker's lanes of one class of intents, and whose turn it is. */
export class Lanes {
  readonly #lanes = new Map<string, Lane>();
  readonly #table: IntentTable;
  readonly #circuits: Circuits;
  readonly #concurrency: number;
  /** The order of turns; the first has waited longest. */
  #turns: Lane[] = [];

  constructor(table: IntentTable, circuits: Circuits, concurrency: number) {
    this.#table = table;
    this.#circuits = circuits;
    this.#concurrency = concurrency;
  }

  of(destination: string): Lane {
    const known = this.#lanes.get(destination);
    if (known !== undefined) return known;
    const lane = new Lane(destination, this.#table, this.#circuits.of(destination));
    this.#lanes.set(destination, lane);
    this.#turns.push(lane);
    return lane;
  }

  has(destination: string): boolean {
    return this.#lanes.has(destination);
  }

  /** Keys taken and not released. */
  get inFlight(): number {
    let sum = 0;
    for (const lane of this.#lanes.values()) sum += lane.inFlight;
    return sum;
  }

  get waiting(): boolean {
    for (const lane of this.#lanes.values()) if (lane.waiting) return true;
    return false;
  }

  all(): Lane[] {
    return [...this.#lanes.values()];
  }

  /** Up to `count` keys, one from each lane in turn. `inFlight` of the lane already counts what was taken. */
  take(count: number, nowMs: number): { lane: Lane; key: Buffer }[] {
    const taken: { lane: Lane; key: Buffer }[] = [];
    let barren = 0;
    while (taken.length < count && barren < this.#turns.length) {
      const lane = this.#turns.shift();
      if (lane === undefined) break;
      this.#turns.push(lane);
      const key = this.#mayStart(lane, nowMs) ? lane.take() : undefined;
      if (key === undefined) barren += 1;
      else {
        barren = 0;
        taken.push({ lane, key });
      }
    }
    return taken;
  }

  /** Lanes whose scan should read its next page now. */
  scannable(nowMs: number): Lane[] {
    return this.all().filter((lane) => lane.mayScan && lane.circuit.state(nowMs) !== 'open');
  }

  /** What time alone brings. */
  tick(nowMs: number): void {
    for (const [destination, lane] of this.#lanes) {
      if (lane.isDue(nowMs)) lane.rescan();
      if (!lane.idle) continue;
      this.#lanes.delete(destination);
      this.#turns = this.#turns.filter((turn) => turn !== lane);
    }
  }

  /** Finds every destination that has something pending, and has each scanned from the start.
   * @throws StoreUnavailableError */
  async discover(store: KeyValueStore): Promise<void> {
    for await (const destination of pendingDestinations(store, this.#table)) this.of(destination);
    for (const lane of this.#lanes.values()) lane.rescan();
  }

  #inFlightMax(): number {
    return this.#lanes.size === 1
      ? this.#concurrency
      : Math.max(1, Math.floor(this.#concurrency * SHARE_MAX));
  }

  #mayStart(lane: Lane, nowMs: number): boolean {
    switch (lane.circuit.state(nowMs)) {
      case 'open':
        return false;
      case 'probing':
        return lane.inFlight === 0;
      case 'closed':
        return lane.inFlight < this.#inFlightMax();
    }
  }
}
