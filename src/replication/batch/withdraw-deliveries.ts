import type { Buckets } from '../../buckets/buckets.ts';
import type { Region } from '../../buckets/region.ts';
import { answerTasks } from '../../objects/answer-tasks.ts';
import { versionsOf } from '../../objects/key-versions.ts';
import { Tally } from '../../objects/tally.ts';
import type { Check, RowVersion, Write } from '../../store/kv/key-value-store.ts';
import { deliveries } from '../../store/tables/deliveries.ts';
import {
  batchIntents,
  type IntentName,
  type IntentTable,
  intents,
  PENDING_TABLES,
} from '../../store/tables/intents.ts';
import type { JobTask, JobTaskName } from '../../store/tables/job-rows.ts';
import { jobAnswers } from '../../store/tables/jobs.ts';
import type { OrderStamp } from '../../store/tables/order-stamp.ts';
import type { IntentKind, IntentRow } from '../../store/tables/rows.ts';
import { stampOfVersionId } from '../../store/tables/version-id.ts';
import { afterWithdrawal } from '../status.ts';
import { isDue } from '../worker/retry.ts';

/** A chunk of a job that is cancelled or failed, as it was started. */
export interface StartedChunk {
  readonly jobId: string;
  /** The bucket of tasks that name none. */
  readonly sourceBucket?: string;
  readonly number: number;
  readonly tasks: readonly JobTask[];
  /** For each task the destinations that it waits for. */
  readonly waitsFor: readonly (readonly string[])[];
}

export interface WithdrawOptions {
  readonly region: Region;
  readonly buckets: Buckets;
  readonly nowMs: number;
  /** Whether a destination cannot be reached now (`ReplicationWorker.destinations`). */
  readonly unavailable: (destination: string) => boolean;
}

/** They share a synced write; more would only wait. */
const COMMITS_AT_ONCE = 32;

const KINDS: readonly IntentKind[] = ['object', 'delete-marker'];

/** An intent that a task of the chunk waits for. */
interface Found {
  readonly table: IntentTable;
  readonly row: IntentRow;
  readonly version: RowVersion;
}

/** Takes back what a chunk still waits for and what cannot be delivered now: its destination cannot be reached, or an
 * attempt failed and the next is not due. Each task concerned is answered `withdrawn` once. What is being delivered at
 * this moment is left to end by itself, and where both happen at once, whoever commits first wins. To be called again
 * until the chunk has all its answers.
 * @returns how many deliveries were withdrawn
 * @throws StoreUnavailableError */
export async function withdrawDeliveries(options: WithdrawOptions, chunk: StartedChunk): Promise<number> {
  let withdrawn = 0;
  const stalled = await stalledIntents(options, chunk);
  for (let at = 0; at < stalled.length; at += COMMITS_AT_ONCE) {
    const some = stalled.slice(at, at + COMMITS_AT_ONCE);
    const done = await Promise.all(some.map((found) => withdraw(options, chunk, found)));
    withdrawn += done.filter(Boolean).length;
  }
  return withdrawn;
}

async function stalledIntents(options: WithdrawOptions, chunk: StartedChunk): Promise<Found[]> {
  const { store } = options.region;
  const names = await unansweredIntents(options, chunk);
  const places = names.flatMap((name) => PENDING_TABLES.map((table) => ({ table, name })));
  const rows = await store.get(places.map(({ table, name }) => table.key(name)));
  const found: Found[] = [];
  for (const [index, { table }] of places.entries()) {
    const stored = rows[index];
    if (stored === undefined) continue;
    const row = table.decode(stored);
    const stalled = options.unavailable(row.rule.destination) || !isDue(row.nextAttemptAtMs, options.nowMs);
    if (stalled && row.waiting?.some((name) => isOf(chunk, name)) === true) {
      found.push({ table, row, version: stored.version });
    }
  }
  return found;
}

function isOf({ jobId, number }: StartedChunk, name: JobTaskName): boolean {
  return name.jobId === jobId && name.chunk === number;
}

/** Names of all intents that tasks without an answer may wait for. */
async function unansweredIntents(options: WithdrawOptions, chunk: StartedChunk): Promise<IntentName[]> {
  const { jobId, number } = chunk;
  const answers = await options.region.store.range(jobAnswers.range(jobId, number));
  const answered = new Set(
    answers.map((row) => {
      const { task, destination } = jobAnswers.nameOf(row);
      return `${task} ${destination}`;
    }),
  );
  const names: IntentName[] = [];
  for (const [index, task] of chunk.tasks.entries()) {
    const open = (chunk.waitsFor[index] ?? []).filter(
      (destination) => !answered.has(`${index} ${destination}`),
    );
    const bucket = open.length === 0 ? undefined : await options.buckets.find(taskBucket(chunk, task));
    if (bucket === undefined) continue;
    const stamp = task.versionId === undefined ? undefined : stampOfVersionId(task.versionId);
    const stamps: OrderStamp[] = [];
    if (stamp !== undefined) stamps.push(stamp);
    // Which version it was when the task began is not known any more: it is one of the key's.
    else for await (const version of versionsOf(bucket, task.key)) stamps.push(version.stamp);
    for (const one of stamps) names.push(...namesOf(bucket.row.id, task.key, one, open));
  }
  return names;
}

function taskBucket({ sourceBucket = '' }: StartedChunk, task: JobTask): string {
  return task.bucket ?? sourceBucket;
}

function namesOf(
  sourceBucketId: string,
  key: string,
  stamp: OrderStamp,
  destinations: readonly string[],
): IntentName[] {
  return destinations.flatMap((destination) =>
    KINDS.map((kind) => ({ sourceBucketId, key, stamp, kind, rule: { destination } })),
  );
}

/** @returns false where something about the intent changed at this very moment */
async function withdraw(options: WithdrawOptions, chunk: StartedChunk, found: Found): Promise<boolean> {
  const { store } = options.region;
  const { row, table, version } = found;
  const waiting = row.waiting ?? [];
  const mine = waiting.filter((name) => isOf(chunk, name));
  const others = waiting.filter((name) => !isOf(chunk, name));
  const answers = answerTasks({ ...row, waiting: mine }, { outcome: 'withdrawn' });
  const checks: Check[] = [table.check(version, row)];
  const writes: Write[] = [...answers];
  if (row.class === 'batch' && others.length === 0) await end(options, row, checks, writes);
  else writes.push(table.put({ ...row, waiting: others }));
  const result = await store.commit({ checks, writes });
  return result.outcome === 'committed';
}

/** Nobody else wants it: the intent goes, and its delivery says again what it said before. A change of tags that waited
 * for it goes, too: tags follow a version only where it is. */
async function end(
  { region }: WithdrawOptions,
  row: IntentRow,
  checks: Check[],
  writes: Write[],
): Promise<void> {
  const place = [row.sourceBucketId, row.key, row.stamp, row.rule.destination] as const;
  const facetsName: IntentName = { ...row, kind: 'facets' };
  const [storedDelivery, storedFacets] = await region.store.get([
    deliveries.key(...place),
    intents.key(facetsName),
  ]);
  const tally = new Tally();
  tally.pending(row, -1);
  writes.push(batchIntents.delete(row));
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
  writes.push(...tally.writes());
}
