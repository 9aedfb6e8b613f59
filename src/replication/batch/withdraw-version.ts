import { answerTasks } from '../../objects/answer-tasks.ts';
import { Tally } from '../../objects/tally.ts';
import type { Check, KeyValueStore, RowVersion, Write } from '../../store/kv/key-value-store.ts';
import { deliveries } from '../../store/tables/deliveries.ts';
import { batchIntents, type IntentName, intents, pendingTable } from '../../store/tables/intents.ts';
import type { JobAnswerRow, JobTaskName } from '../../store/tables/job-rows.ts';
import type { IntentRow } from '../../store/tables/rows.ts';
import { afterWithdrawal } from '../status.ts';
import { readClaims } from '../worker/claim.ts';
import { endOfIntent } from '../worker/settle.ts';

/** An intent, live or batch, that a task waits for. */
export interface WaitedIntent {
  readonly row: IntentRow;
  readonly version: RowVersion;
}

export interface VersionWithdrawal {
  /** Everything that the tasks still wait for, of one version. */
  readonly intents: readonly WaitedIntent[];
  readonly mine: (name: JobTaskName) => boolean;
  /** Another destination has the version already: these fail. */
  readonly delivered: boolean;
  readonly nowMs: number;
}

interface Changes {
  readonly checks: Check[];
  readonly writes: Write[];
}

const WITHDRAWN: JobAnswerRow = { outcome: 'withdrawn' };
const ABANDONED = {
  outcome: 'failed',
  code: 'InternalError',
  reason: 'the job ended before the destination could be reached',
} as const satisfies JobAnswerRow;

/** Takes all deliveries of one version back, in one commit. A live one, and one that another job waits for, goes on
 * without these tasks.
 * @returns false where something about one of them changed at this very moment
 * @throws StoreUnavailableError */
export async function withdrawVersion(store: KeyValueStore, withdrawal: VersionWithdrawal): Promise<boolean> {
  const changes = await Promise.all(
    withdrawal.intents.map((waited) => withdrawIntent(store, withdrawal, waited)),
  );
  const all = changes.filter((change) => change !== undefined);
  if (all.length < changes.length) return false;
  const result = await store.commit({
    checks: all.flatMap(({ checks }) => checks),
    writes: all.flatMap(({ writes }) => writes),
  });
  return result.outcome === 'committed';
}

async function withdrawIntent(
  store: KeyValueStore,
  { mine, delivered, nowMs }: VersionWithdrawal,
  { row, version }: WaitedIntent,
): Promise<Changes | undefined> {
  const { waiting = [] } = row;
  const others = waiting.filter((name) => !mine(name));
  if (row.class === 'live' || others.length > 0) {
    const table = pendingTable(row.class);
    const told = answerTasks({ ...row, waiting: waiting.filter(mine) }, delivered ? ABANDONED : WITHDRAWN);
    return { checks: [table.check(version, row)], writes: [table.put({ ...row, waiting: others }), ...told] };
  }
  // Where it was before the job, it still is: to take it back leaves it COMPLETED everywhere.
  const wasThere = row.deliveryBefore?.status === 'COMPLETED';
  return delivered && !wasThere
    ? await abandon(store, row, version, nowMs)
    : await takeBack(store, row, version);
}

/** As if the last attempt had failed: FAILED, and parked, so that another job or a retry finds it. */
async function abandon(
  store: KeyValueStore,
  row: IntentRow,
  version: RowVersion,
  nowMs: number,
): Promise<Changes | undefined> {
  const [claim] = await readClaims(store, [batchIntents.key(row)]);
  if (claim?.intentVersion !== version) return undefined;
  const { code, reason } = ABANDONED;
  return endOfIntent(claim, { kind: 'failed', code, reason, arrived: false }, nowMs);
}

/** The intent goes, and its delivery says again what it said before. A change of tags that waited for it goes, too: tags
 * follow a version only where it is. */
async function takeBack(store: KeyValueStore, row: IntentRow, version: RowVersion): Promise<Changes> {
  const place = [row.sourceBucketId, row.key, row.stamp, row.rule.destination] as const;
  const facetsName: IntentName = { ...row, kind: 'facets' };
  const [storedDelivery, storedFacets] = await store.get([deliveries.key(...place), intents.key(facetsName)]);
  const checks: Check[] = [batchIntents.check(version, row)];
  const writes: Write[] = [batchIntents.delete(row), ...answerTasks(row, WITHDRAWN)];
  const tally = new Tally();
  tally.pending(row, -1);
  if (storedDelivery !== undefined) {
    const delivery = deliveries.decode(storedDelivery);
    const after = afterWithdrawal(delivery, row);
    checks.push(deliveries.check(storedDelivery.version, ...place));
    writes.push(after === null ? deliveries.delete(...place) : deliveries.put(after, ...place));
    if (storedFacets !== undefined && after !== delivery && after?.delivered !== true) {
      const facets = intents.decode(storedFacets);
      checks.push(intents.check(storedFacets.version, facets));
      writes.push(intents.delete(facets));
      tally.pending(facets, -1);
    }
  }
  return { checks, writes: [...writes, ...tally.writes()] };
}
