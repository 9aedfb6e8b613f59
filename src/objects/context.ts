import type { Buckets } from '../buckets/buckets.ts';
import type { Site } from '../buckets/region.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { HashingThreads } from './body/index.ts';
import type { Incarnation } from './incarnations.ts';
import type { Planner } from './planner.ts';
import type { RecentObjects } from './recent-objects.ts';
import type { RunningReads } from './running-reads.ts';
import type { StampSource } from './stamps.ts';

/** What every operation on objects leans on; compose builds one for each thread. */
export interface ObjectsContext {
  readonly site: Site;
  readonly buckets: Buckets;
  readonly keyring: Keyring;
  readonly planner: Planner;
  readonly incarnation: Incarnation;
  readonly stamps: StampSource;
  readonly recent: RecentObjects;
  /** Without them, large bodies are hashed and sealed on the event loop. */
  readonly hashingThreads?: HashingThreads;
  /** Without it, a read in several pieces fails when its version is removed and a minute has passed. */
  readonly runningReads?: RunningReads;
}
