import type { Commit, KeyValueStore } from '../src/store/kv/key-value-store.ts';
import { TABLES } from '../src/store/tables/table-numbers.ts';
import { HookedStore } from '../src/testing/hooked-store.ts';

/** Holds back whatever would tell a batch job what became of its deliveries, so that something can happen while they are
 * under way.
 *
 * closed → open, once */
export class DeliveryGate {
  #open: () => void = () => undefined;
  #reach: () => void = () => undefined;
  readonly #opened = new Promise<void>((resolve) => {
    this.#open = resolve;
  });
  /** Resolves when the first has come. */
  readonly reached = new Promise<void>((resolve) => {
    this.#reach = resolve;
  });

  open(): void {
    this.#open();
  }

  readonly wrap = (store: KeyValueStore): KeyValueStore =>
    new HookedStore(store, async (commit, what) => {
      if (endsDeliveriesOfJobs(what)) {
        this.#reach();
        await this.#opened;
      }
      return await commit();
    });
}

/** By a worker: what a client does, such as a removal, passes. */
function endsDeliveriesOfJobs({ checks, writes }: Commit): boolean {
  return (
    checks.some((check) => check.kind === 'version' && check.key[0] === TABLES.leases) &&
    writes.some(({ key }) => key[0] === TABLES.jobAnswers)
  );
}
