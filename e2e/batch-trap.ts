import type { CommitResult, KeyValueStore } from '../src/store/kv/key-value-store.ts';
import type { MemoryStore } from '../src/store/kv/memory.ts';
import type { JobStatus } from '../src/store/tables/job-rows.ts';
import { jobs } from '../src/store/tables/jobs.ts';

/** Kills the store of a region in the moment in which a job has entered a state, before anyone is told. */
export class Trap {
  #status: JobStatus | undefined;
  #sprung = new Map<JobStatus, () => void>();
  #waiting = new Map<JobStatus, Promise<void>>();

  /** For the next job that enters this state; undefined: no more. */
  set(status: JobStatus | undefined): void {
    this.#status = status;
    if (status === undefined) return;
    this.#waiting.set(
      status,
      new Promise((resolve) => {
        this.#sprung.set(status, resolve);
      }),
    );
  }

  /** Resolves when the process has died in this state. */
  async sprung(status: JobStatus): Promise<void> {
    await this.#waiting.get(status);
  }

  readonly wrap = (store: MemoryStore): KeyValueStore => {
    const commit: KeyValueStore['commit'] = async (wanted): Promise<CommitResult> => {
      const result = await store.commit(wanted);
      const { start, end } = jobs.range();
      const entered = wanted.writes.some(
        (write) =>
          write.kind === 'put' &&
          Buffer.compare(write.key, start) >= 0 &&
          Buffer.compare(write.key, end) < 0 &&
          jobs.decode({ value: Buffer.from(write.value) }).status === this.#status,
      );
      if (!entered || result.outcome !== 'committed' || this.#status === undefined) return result;
      store.crash();
      this.#sprung.get(this.#status)?.();
      this.#status = undefined;
      return await new Promise<never>(() => undefined);
    };
    return new Proxy(store, {
      get(target, name) {
        if (name === 'commit') return commit;
        const member: unknown = Reflect.get(target, name, target);
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
  };
}
