import type { Bucket } from '../../buckets/bucket.ts';
import { intentOf } from '../../objects/delivery-writes.ts';
import type { PlannedDelivery } from '../../objects/planner.ts';
import { Tally } from '../../objects/tally.ts';
import { versionCheck } from '../../objects/version-writes.ts';
import { ABSENT, type Check, type Row, type RowVersion, type Write } from '../../store/kv/key-value-store.ts';
import { deliveries } from '../../store/tables/deliveries.ts';
import { batchIntents, type IntentName, type IntentTable, intents } from '../../store/tables/intents.ts';
import type { JobTaskName } from '../../store/tables/job-rows.ts';
import type { DeliveryRow, IntentRow, VersionHead } from '../../store/tables/rows.ts';
import { afterRetryRequest } from '../status.ts';

/** What one task of a batch job wants delivered: a version that stands, to where the rules of now send it. */
export interface DeliveryStart {
  readonly task: JobTaskName;
  readonly key: string;
  readonly row: VersionHead;
  readonly rowVersion: RowVersion;
  readonly planned: readonly PlannedDelivery[];
}

interface Wanted {
  readonly start: DeliveryStart;
  readonly planned: PlannedDelivery;
  readonly name: IntentName;
}

/** Makes the deliveries of many tasks pending, or has a task join where its delivery is pending already, live or of
 * another job. Everything is to be written in one commit, together with a check of the bucket's row: the plan was
 * made under it. What failed earlier stays parked until the new attempt has ended.
 *
 * Whoever makes, ends or withdraws an intent writes its delivery row (a removal deletes it with its version), so the
 * check of that row stands for those of both intents.
 * @throws StoreUnavailableError */
export async function startDeliveries(
  bucket: Bucket,
  starts: readonly DeliveryStart[],
  nowMs: number,
): Promise<{ checks: Check[]; writes: Write[] }> {
  const wanted = starts.flatMap((start) =>
    start.planned.map((planned): Wanted => ({ start, planned, name: nameOf(bucket, start, planned) })),
  );
  const { store } = bucket.region;
  const delivered = await store.get(
    wanted.map(({ start, name }) =>
      deliveries.key(bucket.row.id, start.key, start.row.stamp, name.rule.destination),
    ),
  );
  // What has no delivery row has no intent.
  const known = wanted.filter((_, index) => delivered[index] !== undefined);
  const pending = await store.get(known.flatMap(({ name }) => [intents.key(name), batchIntents.key(name)]));
  const started = new Started(bucket, nowMs);
  let at = 0;
  for (const [index, one] of wanted.entries()) {
    const delivery = delivered[index];
    const [live, batch] = delivery === undefined ? [] : pending.slice(at, at + 2);
    if (delivery !== undefined) at += 2;
    started.add(one, delivery, live, batch);
  }
  return started.commit();
}

function nameOf(bucket: Bucket, { key, row }: DeliveryStart, { kind, rule }: PlannedDelivery): IntentName {
  return { sourceBucketId: bucket.row.id, key, stamp: row.stamp, kind, rule };
}

/** Gathers one commit. A version that several of its tasks name has one intent, which all of them wait for. */
class Started {
  readonly #bucket: Bucket;
  readonly #nowMs: number;
  readonly #checks: Check[] = [];
  readonly #writes: Write[] = [];
  readonly #tally = new Tally();
  readonly #pending = new Map<string, { readonly table: IntentTable; row: IntentRow }>();

  constructor(bucket: Bucket, nowMs: number) {
    this.#bucket = bucket;
    this.#nowMs = nowMs;
  }

  add(wanted: Wanted, delivery: Row | undefined, live: Row | undefined, batch: Row | undefined): void {
    const { start, name } = wanted;
    const identity = `${name.stamp} ${name.rule.destination} ${name.kind} ${name.key}`;
    const known = this.#pending.get(identity);
    if (known !== undefined) {
      known.row = waitedFor(known.row, start.task);
      return;
    }
    const found = live ?? batch;
    if (found === undefined) {
      this.#pending.set(identity, { table: batchIntents, row: this.#begin(wanted, delivery) });
      return;
    }
    const table = live === undefined ? batchIntents : intents;
    this.#checks.push(table.check(found.version, name));
    const row = waitedFor(table.decode(found), start.task);
    // Whoever asks for it now does not wait for an attempt in a quarter of an hour, nor for the last one only.
    this.#pending.set(identity, { table, row: { ...row, attempts: 0, nextAttemptAtMs: 0 } });
  }

  commit(): { checks: Check[]; writes: Write[] } {
    const puts = [...this.#pending.values()].map(({ table, row }) => table.put(row));
    return { checks: this.#checks, writes: [...this.#writes, ...puts, ...this.#tally.writes()] };
  }

  #begin({ start, planned }: Wanted, delivery: Row | undefined): IntentRow {
    const { key, row, rowVersion, task } = start;
    const place = [this.#bucket.row.id, key, row.stamp, planned.rule.destination] as const;
    const before = delivery === undefined ? null : deliveries.decode(delivery);
    const changeStamp = before?.changeStamp ?? row.stamp;
    const version = { ...row, key, size: row.kind === 'object' ? row.size : 0 };
    const intent: IntentRow = {
      ...intentOf(this.#bucket, version, planned, changeStamp, this.#nowMs),
      class: 'batch',
      waiting: [task],
      deliveryBefore: before,
    };
    this.#checks.push(
      versionCheck(this.#bucket, key, row, rowVersion),
      deliveries.check(delivery?.version ?? ABSENT, ...place),
    );
    this.#writes.push(deliveries.put(this.#pendingDelivery(intent, before), ...place));
    this.#tally.pending(intent, 1);
    return intent;
  }

  #pendingDelivery({ rule, changeStamp }: IntentRow, before: DeliveryRow | null): DeliveryRow {
    const { ruleId } = rule;
    if (before !== null) return { ...afterRetryRequest(before, this.#nowMs), ruleId };
    return { status: 'PENDING', ruleId, changeStamp, changedAtMs: this.#nowMs, delivered: false };
  }
}

function waitedFor(row: IntentRow, task: JobTaskName): IntentRow {
  return { ...row, waiting: [...(row.waiting ?? []), task] };
}
