import { nameOf } from '../../store/kv/key-space.ts';
import type { Check, Write } from '../../store/kv/key-value-store.ts';
import type { Claim } from './claim.ts';
import {
  type SettleContext,
  type Settlement,
  type SettleResult,
  settle,
  settlementCommit,
} from './settle.ts';

/** Settlements in one commit: enough to make the commit cheap, few enough that one conflict costs little. */
const SETTLEMENTS_MAX = 32;
/** While these are under way the next ones gather. */
const COMMITS_IN_FLIGHT_MAX = 2;

interface Waiting {
  readonly claim: Claim;
  readonly settlement: Settlement;
  readonly resolve: (result: SettleResult) => void;
  readonly reject: (error: unknown) => void;
}

/** Settles what ends at about the same time in one commit. Where that does not go through, each is settled alone, so
 * that a version which a client just changed holds up none of its neighbours. */
export class SettleBatch {
  readonly #context: SettleContext;
  #waiting: Waiting[] = [];
  #inFlight = 0;
  #scheduled = false;

  constructor(context: SettleContext) {
    this.#context = context;
  }

  /** @throws StoreUnavailableError */
  settle(claim: Claim, settlement: Settlement): Promise<SettleResult> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ claim, settlement, resolve, reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled || this.#waiting.length === 0 || this.#inFlight >= COMMITS_IN_FLIGHT_MAX) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      const batch = this.#waiting.splice(0, SETTLEMENTS_MAX);
      this.#inFlight += 1;
      void this.#commit(batch).finally(() => {
        this.#inFlight -= 1;
        this.#schedule();
      });
      this.#schedule();
    });
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    try {
      if (batch.length > 1 && (await this.#committed(batch))) {
        for (const { resolve } of batch) resolve('settled');
        return;
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
      return;
    }
    await Promise.all(
      batch.map(({ claim, settlement, resolve, reject }) =>
        settle(this.#context, claim, settlement).then(resolve, reject),
      ),
    );
  }

  async #committed(batch: readonly Waiting[]): Promise<boolean> {
    const checks = new Map<string, Check>();
    const writes: Write[] = [];
    // Two settlements of one version were made from the same rows: the second must see what the first wrote.
    const rows = new Set<string>();
    const deltas = new Map<string, { readonly key: Uint8Array; delta: number }>();
    for (const { claim, settlement } of batch) {
      const epoch = this.#context.epoch(claim.shard);
      if (epoch === undefined) return false;
      const commit = settlementCommit(this.#context, claim, settlement, epoch);
      // Neighbours share leases and counters: each is checked and added to once.
      for (const check of commit.checks) checks.set(identityOf(check), check);
      for (const write of commit.writes) {
        if (write.kind === 'add') {
          tally(deltas, write.key, write.delta);
          continue;
        }
        const name = nameOf(write.key);
        if (rows.has(name)) return false;
        rows.add(name);
        writes.push(write);
      }
    }
    for (const { key, delta } of deltas.values()) if (delta !== 0) writes.push({ kind: 'add', key, delta });
    const result = await this.#context.store.commit({ checks: [...checks.values()], writes });
    return result.outcome === 'committed';
  }
}

function identityOf(check: Check): string {
  return nameOf(check.kind === 'version' ? check.key : check.start);
}

function tally(
  deltas: Map<string, { readonly key: Uint8Array; delta: number }>,
  key: Uint8Array,
  delta: number,
): void {
  const name = nameOf(key);
  const known = deltas.get(name);
  if (known === undefined) deltas.set(name, { key, delta });
  else known.delta += delta;
}
