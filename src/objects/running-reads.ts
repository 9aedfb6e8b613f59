import type { Clock } from '../lib/clock.ts';

/** The reads of bodies in several pieces that are under way in one thread. A piece is opened when it is its turn, which for
 * a slow client may be hours after the version was removed: what is removed since the oldest of them began has to stay.
 *
 * Invariant: the shared cell says when the oldest began, in ms since the epoch, or 0 when there is none. */
export class RunningReads {
  readonly #cell: BigInt64Array;
  readonly #clock: Clock;
  /** The oldest first. */
  readonly #reads = new Set<{ readonly beganAtMs: number }>();

  /** @param shared from `sharedReads` */
  constructor(shared: SharedArrayBuffer, clock: Clock) {
    this.#cell = new BigInt64Array(shared);
    this.#clock = clock;
  }

  /** @returns call it when the read is over */
  begin(): () => void {
    const read = { beganAtMs: this.#clock.now() };
    this.#reads.add(read);
    this.#tell();
    return () => {
      this.#reads.delete(read);
      this.#tell();
    };
  }

  #tell(): void {
    const [oldest] = this.#reads;
    Atomics.store(this.#cell, 0, BigInt(oldest?.beganAtMs ?? 0));
  }
}

export function sharedReads(): SharedArrayBuffer {
  return new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);
}

/** Of all these threads; undefined when nobody reads. */
export function oldestReadAtMs(threads: Iterable<SharedArrayBuffer>): number | undefined {
  const began = [...threads].map((shared) => Number(Atomics.load(new BigInt64Array(shared), 0)));
  const running = began.filter((atMs) => atMs !== 0);
  return running.length === 0 ? undefined : Math.min(...running);
}
