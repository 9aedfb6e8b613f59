import type { IntentClass } from '../../store/tables/rows.ts';
import type { Claim } from './claim.ts';

/** A copy of at least so many bytes is streamed through buffers of some MiB, so only a few run at once. */
const LARGE_BYTES = 1024 * 1024;
const LARGE_IN_FLIGHT_MAX = 8;
/** Of these, so that a live change never waits for a job's large ones. */
const LARGE_BATCH_IN_FLIGHT_MAX = 6;
/** Keys that wait in memory for a place. */
const WAITING_MAX = 256;

/** Large copies under way, and those that wait for one of them to end: whoever waits is not read meanwhile. */
export class LargeCopies {
  readonly #wake: (key: Buffer) => void;
  #underWay = 0;
  /** By key, the live ones apart: they go first. */
  readonly #waiting: Readonly<Record<IntentClass, Map<string, Buffer>>> = {
    live: new Map(),
    batch: new Map(),
  };

  /** @param wake called for one that waited, when there is room for it */
  constructor(wake: (key: Buffer) => void) {
    this.#wake = wake;
  }

  static isLarge({ intent }: Pick<Claim, 'intent'>): boolean {
    return intent.size >= LARGE_BYTES;
  }

  /** Whether some large copy would find no room now. */
  get crowded(): boolean {
    return !this.hasRoom('batch');
  }

  hasRoom(kind: IntentClass): boolean {
    return this.#underWay < (kind === 'batch' ? LARGE_BATCH_IN_FLIGHT_MAX : LARGE_IN_FLIGHT_MAX);
  }

  begin(): void {
    this.#underWay += 1;
  }

  /** Wakes as many as there is room for: some of them may be gone by now. */
  end(): void {
    this.#underWay -= 1;
    this.#wakeSome('live', LARGE_IN_FLIGHT_MAX - this.#underWay);
    this.#wakeSome('batch', LARGE_BATCH_IN_FLIGHT_MAX - this.#underWay);
  }

  #wakeSome(kind: IntentClass, count: number): void {
    let left = count;
    for (const [identity, key] of this.#waiting[kind]) {
      if (left <= 0) return;
      left -= 1;
      this.#waiting[kind].delete(identity);
      this.#wake(key);
    }
  }

  /** @returns false where too many wait already: only a scan will find it again */
  wait(kind: IntentClass, key: Buffer): boolean {
    const waiting = this.#waiting[kind];
    const identity = key.toString('latin1');
    if (waiting.size >= WAITING_MAX && !waiting.has(identity)) return false;
    waiting.set(identity, key);
    return true;
  }
}
