import { messageOf } from '../../lib/error-message.ts';
import { Committer } from './committer.ts';
import type { EngineWriter } from './engine.ts';
import type { WritableState } from './key-value-store.ts';
import { type CommitAnswer, type PreparedCommit, putsBytes } from './prepared-commit.ts';

/** What stands in front of the committer: says which commits a nearly full disk still takes. */
export interface Admission {
  /** Why commits of this kind are refused now; undefined when they are not. */
  refusal(commit: 'with-bytes' | 'without-bytes'): string | undefined;
}

/** States of a commit queue.
 *   working   batches are written
 *   failed    a write failed: each batch first lets the engine try to recover; what it cannot, is refused
 *   closed    everything is refused
 * One batch runs at a time; commits that come meanwhile make up the next. */
export class CommitQueue {
  readonly #engine: EngineWriter;
  readonly #committer: Committer;
  readonly #admission: Admission | undefined;
  readonly #onConfigurationChanged: () => void;
  #failed = false;

  /** @param onConfigurationChanged called before the answers are given, and when configuration that was read since a failed
   * write may be another now */
  constructor(engine: EngineWriter, onConfigurationChanged: () => void, admission?: Admission) {
    this.#engine = engine;
    this.#committer = new Committer(engine);
    this.#admission = admission;
    this.#onConfigurationChanged = onConfigurationChanged;
  }

  /** Answers in order. */
  async run(batch: readonly PreparedCommit[]): Promise<CommitAnswer[]> {
    const reason = await this.#recover();
    if (reason !== undefined) return batch.map(() => ({ outcome: 'unavailable', reason }));
    const refusals = this.#refusals(batch);
    const admitted =
      refusals === undefined ? batch : batch.filter((_, index) => refusals[index] === undefined);
    const { answers, configurationChanged } = this.#committer.commit(admitted);
    if (answers.some(({ outcome }) => outcome === 'unavailable' || outcome === 'unknown'))
      this.#failed = true;
    if (configurationChanged) this.#onConfigurationChanged();
    if (refusals === undefined) return answers;
    const rest = answers.values();
    return refusals.map((refusal): CommitAnswer => {
      if (refusal !== undefined) return { outcome: 'unavailable', reason: refusal };
      return rest.next().value ?? { outcome: 'unavailable', reason: 'the commit was lost' };
    });
  }

  async writable(): Promise<WritableState> {
    const reason = (await this.#recover()) ?? this.#admission?.refusal('with-bytes');
    return reason === undefined ? { ok: true } : { ok: false, reason };
  }

  async #recover(): Promise<string | undefined> {
    if (!this.#failed) return undefined;
    try {
      const reason = await this.#engine.recover();
      if (reason !== undefined) return reason;
      this.#committer.reload();
    } catch (error) {
      return messageOf(error);
    }
    this.#failed = false;
    // A write whose outcome was unknown may have come to be only now.
    this.#onConfigurationChanged();
    return undefined;
  }

  /** Undefined when nothing is refused, the usual case. */
  #refusals(batch: readonly PreparedCommit[]): (string | undefined)[] | undefined {
    // What takes bodies takes everything.
    const large = this.#admission?.refusal('with-bytes');
    if (large === undefined) return undefined;
    const small = this.#admission?.refusal('without-bytes');
    return batch.map((commit) => (putsBytes(commit) ? large : small));
  }
}
