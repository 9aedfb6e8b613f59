import type { Region, Site } from '../buckets/region.ts';
import { ABSENT, type Check } from '../store/kv/key-value-store.ts';
import { decodeKey } from '../store/kv/tuple.ts';
import { incarnations } from '../store/tables/incarnations.ts';

/** One life of this process, as a writer of blobs (DESIGN decision 5).
 *
 * States of its row, in each region: absent (not yet) → living → dead (the sweeper owes it one pass) → absent (swept).
 * Only the process that owns the data directory registers, so that whatever lived before is dead. */
export interface Incarnation {
  readonly name: string;
  /** Holds while this incarnation lives in that region's store. */
  check(region: Region): Check;
}

/** Declares every earlier incarnation dead and this one living, in every region. Once for each process that owns the
 * data directory, before the first write.
 * @throws Error when a store cannot be written */
export async function registerIncarnation(site: Site, name: string): Promise<Incarnation> {
  for (const region of site.regions.values()) {
    const earlier = await region.store.range(incarnations.range());
    const deaths = earlier.map((row) => {
      const named = String(decodeKey(row.key)[1]);
      return incarnations.put({ ...incarnations.decode(row), dead: true }, named);
    });
    const result = await region.store.commit({
      checks: [incarnations.check(ABSENT, name)],
      writes: [...deaths, incarnations.put({ startedAtMs: site.clock.now() }, name)],
    });
    // After an unknown outcome the row is there or not: joining tells.
    if (result.outcome === 'conflict') throw new Error(`the incarnation ${name} exists already`);
  }
  return joinIncarnation(site, name);
}

/** The living incarnation, for the other threads of the process that registered it.
 * @throws Error when it does not live in every region */
export async function joinIncarnation(site: Site, name: string): Promise<Incarnation> {
  const checks = new Map<string, Check>();
  for (const region of site.regions.values()) {
    const [row] = await region.store.get([incarnations.key(name)]);
    if (row === undefined || incarnations.decode(row).dead === true) {
      throw new Error(`the incarnation ${name} does not live in region ${region.name}`);
    }
    checks.set(region.name, incarnations.check(row.version, name));
  }
  return {
    name,
    check(region) {
      const check = checks.get(region.name);
      if (check === undefined) throw new Error(`the incarnation ${name} knows no region ${region.name}`);
      return check;
    },
  };
}
