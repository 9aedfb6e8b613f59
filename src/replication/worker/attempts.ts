import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Random } from '../../lib/random.ts';
import { StoreUnavailableError } from '../../store/kv/key-value-store.ts';
import { classOfKey } from '../../store/tables/intents.ts';
import { type Claim, readClaims } from './claim.ts';
import type { FailureLog } from './failure-log.ts';
import type { Lane } from './lane.ts';
import { LargeCopies } from './large-copies.ts';
import type { Outcome } from './outcome.ts';
import { reschedule } from './reschedule.ts';
import { isDue, withinPatience } from './retry.ts';
import type { SettleContext } from './settle.ts';
import { SettleBatch } from './settle-batch.ts';

/** What must wait for something else here is looked at again after this time. */
const POSTPONE_MS = 100;
const POSTPONED_MAX = 256;

export interface AttemptsOptions {
  readonly settling: SettleContext;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly failures: FailureLog;
  readonly runTask: (claim: Claim) => Promise<Outcome>;
  /** It arrived, and that is settled. */
  readonly afterDelivery?: (claim: Claim) => Promise<void>;
  readonly onOutcome?: (claim: Claim, outcome: Outcome) => void;
  /** The source's own store failed. */
  readonly onSourceTrouble: (error: unknown) => void;
  /** Look at this intent once more. */
  readonly wake: (key: Buffer) => void;
  /** Something ended: there may be room for more. */
  readonly onEnd: () => void;
}

/** Keys that were taken from their lanes: read, tried, and settled or put off. Each is released exactly once. */
export class Attempts {
  readonly #options: AttemptsOptions;
  readonly #settlements: SettleBatch;
  readonly #large: LargeCopies;
  #underWay = 0;
  #postponed = 0;

  constructor(options: AttemptsOptions) {
    this.#options = options;
    this.#settlements = new SettleBatch(options.settling);
    this.#large = new LargeCopies(options.wake);
  }

  /** Keys taken and not released. */
  get underWay(): number {
    return this.#underWay;
  }

  /** Reads what was taken in one round, and tries each. */
  begin(taken: readonly { lane: Lane; key: Buffer }[]): void {
    this.#underWay += taken.length;
    void this.#read(taken);
  }

  async #read(taken: readonly { lane: Lane; key: Buffer }[]): Promise<void> {
    const { settling, onSourceTrouble, onEnd } = this.#options;
    let left = taken;
    try {
      if (this.#large.crowded) left = await this.#putOffLarge(taken);
      const claims = await readClaims(
        settling.store,
        left.map(({ key }) => key),
      );
      for (const [index, { lane, key }] of left.entries()) this.#startOne(lane, key, claims[index]);
    } catch (error) {
      onSourceTrouble(error);
      for (const { lane, key } of left) this.#giveBack(lane, key);
    }
    onEnd();
  }

  #startOne(lane: Lane, key: Buffer, claim: Claim | undefined): void {
    const { settling, clock } = this.#options;
    if (claim === undefined || settling.epoch(claim.shard) === undefined) {
      this.#release(lane, key);
    } else if (!isDue(claim.intent.nextAttemptAtMs, clock.now())) {
      lane.noteDue(claim.intent.nextAttemptAtMs);
      this.#release(lane, key);
    } else if (this.#mustWait(claim)) {
      this.#awaitRoom(lane, key);
    } else {
      void this.#attempt(lane, claim);
    }
  }

  /** An intent tells the size: nothing else is read of those that find no room.
   * @returns the others */
  async #putOffLarge(
    taken: readonly { lane: Lane; key: Buffer }[],
  ): Promise<readonly { lane: Lane; key: Buffer }[]> {
    const rows = await this.#options.settling.store.get(taken.map(({ key }) => key));
    return taken.filter(({ lane, key }, index) => {
      const row = rows[index];
      if (row === undefined || !this.#mustWait({ intent: lane.table.decode(row) })) return true;
      this.#awaitRoom(lane, key);
      return false;
    });
  }

  #mustWait(claim: Pick<Claim, 'intent'>): boolean {
    return LargeCopies.isLarge(claim) && !this.#large.hasRoom(claim.intent.class);
  }

  #awaitRoom(lane: Lane, key: Buffer): void {
    const waits = this.#large.wait(classOfKey(key), key);
    if (!waits) lane.noteDue(this.#options.clock.now() + POSTPONE_MS);
    this.#release(lane, key);
  }

  async #attempt(lane: Lane, claim: Claim): Promise<void> {
    const { runTask, onOutcome, onSourceTrouble, onEnd } = this.#options;
    const large = LargeCopies.isLarge(claim);
    if (large) this.#large.begin();
    try {
      const outcome = withinPatience(claim.intent, await runTask(claim));
      await this.#conclude(lane, claim, outcome);
      onOutcome?.(claim, outcome);
      this.#release(lane, claim.key);
    } catch (error) {
      // Only the source's own store is called here, and its trouble is not the object's.
      onSourceTrouble(error);
      this.#giveBack(lane, claim.key);
    } finally {
      if (large) this.#large.end();
    }
    onEnd();
  }

  /** @throws StoreUnavailableError */
  async #conclude(lane: Lane, claim: Claim, outcome: Outcome): Promise<void> {
    const { settling, failures, clock, random } = this.#options;
    switch (outcome.kind) {
      case 'delivered':
      case 'gone':
      case 'failed': {
        this.#destinationAnswers(lane);
        if (outcome.kind === 'failed') this.#noteFailure(claim, outcome.code, outcome.reason);
        const result = await this.#settlements.settle(claim, outcome);
        if (result === 'superseded') lane.offer(claim.key);
        else if (outcome.kind === 'delivered') await this.#options.afterDelivery?.(claim);
        return;
      }
      case 'retry':
        this.#destinationAnswers(lane);
        this.#noteFailure(claim, 'retry', outcome.reason);
        lane.noteDue(await reschedule(settling, claim, outcome.reason, random));
        return;
      case 'wait':
        this.#postpone(lane, claim.key);
        return;
      case 'destination-unavailable':
        failures.note({
          destination: lane.destination,
          code: 'destination-unavailable',
          reason: outcome.reason,
        });
        lane.circuit.fail(clock.now(), outcome.reason);
        lane.forget();
        return;
      case 'source-unavailable':
        throw new StoreUnavailableError(outcome.reason);
    }
  }

  /** Soon again, without a word to the row. Beyond a few, a scan finds them. */
  #postpone(lane: Lane, key: Buffer): void {
    const { clock, wake } = this.#options;
    if (this.#postponed >= POSTPONED_MAX) return lane.noteDue(clock.now() + POSTPONE_MS);
    this.#postponed += 1;
    clock.after(POSTPONE_MS, () => {
      this.#postponed -= 1;
      wake(key);
    });
  }

  #destinationAnswers(lane: Lane): void {
    if (lane.circuit.succeed()) {
      this.#options.logger.info({ destination: lane.destination }, 'destination is reachable again');
    }
  }

  #noteFailure({ intent }: Claim, code: string, reason: string): void {
    const { destination, ruleId } = intent.rule;
    this.#options.failures.note({ destination, ruleId, code, reason });
  }

  #release(lane: Lane, key: Buffer): void {
    this.#underWay -= 1;
    lane.release(key);
  }

  /** The attempt says nothing about the intent: a later scan takes it up again. */
  #giveBack(lane: Lane, key: Buffer): void {
    lane.scanWanted = true;
    this.#release(lane, key);
  }
}
