import { sleep } from '../../lib/clock.ts';
import { SITE_REGIONS } from '../memory-site.ts';
import type { World } from './world.ts';

const STORES = ['global', ...SITE_REGIONS] as const;
/** Well below the 15 minutes from which on a stamp counts as clock skew. */
const CLOCK_OFFSET_MS_MAX = 5 * 60_000;

/** Bad things, one after the other, until told to stop. */
export async function makeTrouble(world: World, stopped: () => boolean): Promise<void> {
  const { random, clock } = world;
  let offsetMs = 0;
  while (!stopped()) {
    await sleep(clock, 50 + random.below(1_000));
    const dice = random.below(100);
    if (dice < 25) {
      world.crash();
      await sleep(clock, random.below(2_000));
      await world.start();
    } else if (dice < 55) {
      const store = random.pick(STORES);
      world.weather.set(store, {
        unavailable: random.pick([0, 0.05, 1]),
        unknown: random.pick([0, 0.1, 0.3]),
      });
      await sleep(clock, random.below(4_000));
      world.weather.delete(store);
    } else if (dice < 75) {
      const region = random.pick(SITE_REGIONS);
      world.setBlobsRefusing(region, true);
      await sleep(clock, random.below(6_000));
      world.setBlobsRefusing(region, false);
    } else {
      const wantedMs = random.below(2 * CLOCK_OFFSET_MS_MAX) - CLOCK_OFFSET_MS_MAX;
      clock.jump(wantedMs - offsetMs);
      offsetMs = wantedMs;
    }
  }
  world.heal();
}
