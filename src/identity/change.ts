import { concurrentModification } from '../errors/iam.ts';
import type { Check, Commit, KeyValueStore, Write } from '../store/kv/key-value-store.ts';

/** What one attempt wants to write, planned on what it read. Every put and delete is covered by a check. */
export interface PlannedChange<Result> {
  readonly checks: readonly Check[];
  readonly writes: readonly Write[];
  readonly result: Result;
}

/** People and Terraform change identities, a few a second: more conflicts in a row than this mean a fault. */
const ATTEMPTS_MAX = 20;

/** Reads, plans and commits until it holds. `plan` is called anew after a conflict and throws what it finds wrong
 * then. After an unknown outcome the rows themselves are asked: if they are as planned, the change is done.
 * @throws AwsError ConcurrentModification */
export async function change<Result>(
  store: KeyValueStore,
  plan: () => Promise<PlannedChange<Result>>,
): Promise<Result> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const planned = await plan();
    if (planned.writes.length === 0) return planned.result;
    const { outcome } = await store.commit(planned);
    if (outcome === 'committed') return planned.result;
    if (outcome === 'unknown' && (await isAsWritten(store, planned))) return planned.result;
  }
  throw concurrentModification();
}

async function isAsWritten(store: KeyValueStore, commit: Commit): Promise<boolean> {
  const rows = await store.get(commit.writes.map((write) => write.key));
  return commit.writes.every((write, index) =>
    write.kind === 'put' ? rows[index]?.value.equals(write.value) === true : rows[index] === undefined,
  );
}
