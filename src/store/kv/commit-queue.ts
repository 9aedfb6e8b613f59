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
  #failed = false;

  constructor(engine: EngineWriter, admission?: Admission) {
    this.#engine = engine;
    this.#committer = new Committer(engine);
    this.#admission = admission;
  }

  async run(
    batch: readonly PreparedCommit[],
  ): Promise<{ answers: CommitAnswer[]; configurationChanged: boolean }> {
    const reason = await this.#recover();
    if (reason !== undefined) {
      return { answers: batch.map(() => ({ outcome: 'unavailable', reason })), configurationChanged: false };
    }
    const refusals = this.#refusals(batch);
    const admitted =
      refusals === undefined ? batch : batch.filter((_, index) => refusals[index] === undefined);
    const { answers, configurationChanged } = this.#committer.commit(admitted);
    if (answers.some(({ outcome }) => outcome === 'unavailable' || outcome === 'unknown'))
      this.#failed = true;
    if (refusals === undefined) return { answers, configurationChanged };
    const rest = answers.values();
    const all = refusals.map((refusal): CommitAnswer => {
      if (refusal !== undefined) return { outcome: 'unavailable', reason: refusal };
      return rest.next().value ?? { outcome: 'unavailable', reason: 'the commit was lost' };
    });
    return { answers: all, configurationChanged };
  }

  async writable(): Promise<WritableState> {
    const reason = (await this.#recover()) ?? this.#admission?.refusal('with-bytes');
    return reason === undefined ? { ok: true } : { ok: false, reason };
  }

  async #recover(): Promise<string | undefined> {
    if (!this.#failed) return undefined;
    const reason = await this.#engine.recover();
    if (reason !== undefined) return reason;
    this.#failed = false;
    this.#committer.reload();
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
