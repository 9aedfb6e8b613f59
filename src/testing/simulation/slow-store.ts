import { type Clock, sleep } from '../../lib/clock.ts';
import type { Key, KeyValueStore, Range } from '../../store/kv/key-value-store.ts';
import { HookedStore } from '../hooked-store.ts';
import type { SeededRandom } from '../seeded-random.ts';

/** A store whose answers take a while, each another: the seed decides who comes first. */
export class SlowStore extends HookedStore {
  readonly #clock: Clock;
  readonly #random: SeededRandom;

  constructor(store: KeyValueStore, clock: Clock, random: SeededRandom) {
    super(store, async (commit) => {
      await delay(clock, random);
      const result = await commit();
      await delay(clock, random);
      return result;
    });
    this.#clock = clock;
    this.#random = random;
  }

  override async get(keys: readonly Key[]): ReturnType<KeyValueStore['get']> {
    await delay(this.#clock, this.#random);
    return super.get(keys);
  }

  override async range(range: Range): ReturnType<KeyValueStore['range']> {
    await delay(this.#clock, this.#random);
    return super.range(range);
  }
}

async function delay(clock: Clock, random: SeededRandom): Promise<void> {
  // Mostly at once, so that a run stays short; now and then long enough for anything to come between.
  if (random.chance(0.3)) await sleep(clock, random.below(4));
  else if (random.chance(0.05)) await sleep(clock, random.below(500));
}
