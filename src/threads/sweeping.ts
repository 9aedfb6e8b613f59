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
// While somebody reads for hours, all that is removed meanwhile is looked at in each pass: 200,000 rows take a second.
const KEPT_ROWS_MANY = 10_000;
const INTERVAL_MS_MANY = 60_000;

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
  const dueAtMs = new Map<string, number>();
  const pass = async (): Promise<void> => {
    for (const region of site.regions.values()) {
      const nowMs = site.clock.now();
      const waitsMs = (dueAtMs.get(region.name) ?? nowMs) - nowMs;
      // A clock that was set back must not put it off for longer.
      if (waitsMs > 0 && waitsMs <= INTERVAL_MS_MANY) continue;
      try {
        const { garbageKept } = await sweep(region, site.clock, incarnation, {
          oldestReadAtMs: oldestReadAtMs(),
          signal: stopping.signal,
        });
        dueAtMs.set(region.name, nowMs + (garbageKept > KEPT_ROWS_MANY ? INTERVAL_MS_MANY : 0));
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
