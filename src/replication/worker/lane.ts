import { batchIntents, type IntentTable } from '../../store/tables/intents.ts';
import type { Circuit } from './circuit.ts';
import type { LaneScan } from './scan.ts';

/** Keys of intents waiting in memory for one destination. Millions may be pending: the rest is found by a scan. */
const LANE_QUEUE_MAX = 512;
/** Jobs are only a window ahead of their deliveries (batch/limits.ts): two of them need no scan. */
const BATCH_LANE_QUEUE_MAX = 2048;
/** Scanning for due retries takes a tenth of the time at most. */
const SCAN_REST_FACTOR = 9;
const SCAN_REST_MS_MAX = 60_000;

/** One destination's share of a worker, of one class of intents.
 *
 * An intent's key is in `claims` from when it enters the queue until its attempt is over, so nobody here works on
 * it twice at once. A claim that is offered again meanwhile is `touched`: its row may have changed, so it goes back
 * into the queue afterwards.
 * Invariant: a pending intent of a held shard is claimed, or a scan that will meet it is wanted or under way, or
 * the lane knows when it is due (`dueAtMs`), or it waits for a place among the large copies. */
export class Lane {
  readonly destination: string;
  readonly table: IntentTable;
  readonly circuit: Circuit;
  /** Keys taken and not released. */
  inFlight = 0;
  /** Set where an intent may have been passed over; cleared as a pass begins at the start. */
  scanWanted = true;
  /** A page is being read. */
  scanning = false;
  /** The pass under way. */
  scan: LaneScan | undefined;
  /** When the earliest intent that was found not due yet becomes due. */
  dueAtMs = Number.POSITIVE_INFINITY;
  /** A pass over millions of rows that are not due must not follow upon the other. */
  #scanNotBeforeMs = Number.NEGATIVE_INFINITY;
  readonly #queueMax: number;
  #queue: Buffer[] = [];
  #taken = 0;
  readonly #claims = new Map<string, 'claimed' | 'touched'>();

  constructor(destination: string, table: IntentTable, circuit: Circuit) {
    this.destination = destination;
    this.table = table;
    this.circuit = circuit;
    this.#queueMax = table === batchIntents ? BATCH_LANE_QUEUE_MAX : LANE_QUEUE_MAX;
  }

  get room(): number {
    return this.#queueMax - (this.#queue.length - this.#taken);
  }

  /** Whether anything could be taken now. */
  get waiting(): boolean {
    return this.#queue.length > this.#taken;
  }

  /** Nothing is waiting, nor will be without a wake-up or a poll. */
  get idle(): boolean {
    return (
      this.#claims.size === 0 &&
      !this.scanWanted &&
      this.scan === undefined &&
      this.dueAtMs === Number.POSITIVE_INFINITY &&
      this.circuit.reason === undefined
    );
  }

  get mayScan(): boolean {
    if (this.scanning) return false;
    return this.scan === undefined ? this.scanWanted : this.scan.mayContinue;
  }

  /** Whether a retry has become due that only a scan can find. */
  isDue(nowMs: number): boolean {
    // Also when the clock was set back by more than any pass takes.
    const rested = nowMs >= this.#scanNotBeforeMs || this.#scanNotBeforeMs - nowMs > SCAN_REST_MS_MAX;
    return this.dueAtMs <= nowMs && rested;
  }

  beginScan(scan: LaneScan): void {
    this.scan = scan;
    this.scanWanted = false;
  }

  endScan(nowMs: number): void {
    const tookMs = Math.max(0, nowMs - (this.scan?.startedAtMs ?? nowMs));
    this.scan = undefined;
    this.#scanNotBeforeMs = nowMs + Math.min(SCAN_REST_MS_MAX, tookMs * SCAN_REST_FACTOR);
  }

  /** Everything due is looked at once more, from the start. */
  rescan(): void {
    this.scanWanted = true;
    this.dueAtMs = Number.POSITIVE_INFINITY;
  }

  /** A row was written: look at it. */
  offer(key: Buffer): void {
    const identity = key.toString('latin1');
    if (this.#claims.has(identity)) this.#claims.set(identity, 'touched');
    else this.#enqueue(identity, key);
  }

  /** A scan met a row. It may be one that is just being worked on. */
  offerScanned(key: Buffer): void {
    const identity = key.toString('latin1');
    if (!this.#claims.has(identity)) this.#enqueue(identity, key);
  }

  take(): Buffer | undefined {
    const key = this.#queue[this.#taken];
    if (key === undefined) return undefined;
    this.#taken += 1;
    this.inFlight += 1;
    // Under a load that lasts it is never empty.
    if (this.#taken === this.#queue.length || this.#taken >= LANE_QUEUE_MAX) {
      this.#queue = this.#queue.slice(this.#taken);
      this.#taken = 0;
    }
    return key;
  }

  /** What was taken is over. */
  release(key: Buffer): void {
    this.inFlight -= 1;
    const identity = key.toString('latin1');
    const claim = this.#claims.get(identity);
    this.#claims.delete(identity);
    if (claim === 'touched') this.#enqueue(identity, key);
  }

  /** Drops what waits: a scan will find it again. */
  forget(): void {
    for (const key of this.#queue.slice(this.#taken)) this.#claims.delete(key.toString('latin1'));
    this.#queue = [];
    this.#taken = 0;
    this.scan = undefined;
    this.scanWanted = true;
  }

  noteDue(atMs: number): void {
    this.dueAtMs = Math.min(this.dueAtMs, atMs);
  }

  #enqueue(identity: string, key: Buffer): void {
    if (this.room <= 0) {
      this.scanWanted = true;
      return;
    }
    this.#claims.set(identity, 'claimed');
    this.#queue.push(key);
  }
}
