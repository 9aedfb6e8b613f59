import { Buckets } from './buckets/buckets.ts';
import type { Site } from './buckets/region.ts';
import { Identity } from './identity/identity.ts';
import type { Keyring } from './keys/keyring.ts';
import type { HashingThreads } from './objects/body/index.ts';
import type { ObjectsContext } from './objects/context.ts';
import type { Incarnation } from './objects/incarnations.ts';
import { RecentObjects } from './objects/recent-objects.ts';
import type { RunningReads } from './objects/running-reads.ts';
import { StampSource } from './objects/stamps.ts';
import { replicationPlanner } from './replication/plan.ts';

/** What one thread of a site is made of. Everything long-lived is built here and in compose-*.ts, once, and handed
 * down; nothing reaches for anything by itself. */
export interface Node {
  readonly site: Site;
  readonly buckets: Buckets;
  readonly identity: Identity;
  readonly objects: ObjectsContext;
}

export function composeNode(parts: {
  readonly site: Site;
  readonly keyring: Keyring;
  readonly incarnation: Incarnation;
  readonly hashingThreads?: HashingThreads;
  readonly runningReads?: RunningReads;
}): Node {
  const { site, keyring, incarnation, hashingThreads, runningReads } = parts;
  const buckets = new Buckets(site);
  const identity = new Identity({ store: site.global, clock: site.clock, keyring });
  const objects: ObjectsContext = {
    site,
    buckets,
    keyring,
    planner: replicationPlanner,
    incarnation,
    stamps: new StampSource(),
    recent: new RecentObjects(),
    ...(hashingThreads !== undefined && { hashingThreads }),
    ...(runningReads !== undefined && { runningReads }),
  };
  return { site, buckets, identity, objects };
}
