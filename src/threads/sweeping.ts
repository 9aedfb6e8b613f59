import type { Site } from '../buckets/region.ts';
import type { Logger } from '../lib/logger.ts';
import type { Incarnation } from '../objects/incarnations.ts';
import { sweep } from '../objects/sweeper.ts';

/** Frees what no row names any more, region by region, in the main thread. */
export interface Sweeper {
  stop(): Promise<void>;
}

// Bytes of a removed version are free within seconds; a pass over nothing costs one read.
const INTERVAL_MS = 5_000;

/** @param oldestReadAtMs as `SweepOptions` */
export function startSweeper(
  site: Site,
  incarnation: Incarnation,
  logger: Logger,
  oldestReadAtMs: () => number | undefined,
): Sweeper {
  const stopping = new AbortController();
  let running = Promise.resolve();
  let cancel = (): void => undefined;
  const pass = async (): Promise<void> => {
    for (const region of site.regions.values()) {
      try {
        await sweep(region, site.clock, incarnation, {
          oldestReadAtMs: oldestReadAtMs(),
          signal: stopping.signal,
        });
      } catch (cause) {
        logger.warn({ region: region.name, cause }, 'sweeping failed; it is tried again');
      }
    }
    if (!stopping.signal.aborted) schedule();
  };
  const schedule = (): void => {
    cancel = site.clock.after(INTERVAL_MS, () => {
      running = pass();
    });
  };
  schedule();
  return {
    async stop() {
      stopping.abort();
      cancel();
      await running;
    },
  };
}
