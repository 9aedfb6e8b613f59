import type { Buckets } from '../../buckets/buckets.ts';
import type { Region } from '../../buckets/region.ts';
import { versionsOf } from '../../objects/key-versions.ts';
import { type IntentName, PENDING_TABLES } from '../../store/tables/intents.ts';
import type { JobAnswerRow, JobTask, JobTaskName } from '../../store/tables/job-rows.ts';
import { jobAnswers } from '../../store/tables/jobs.ts';
import type { OrderStamp } from '../../store/tables/order-stamp.ts';
import type { IntentKind } from '../../store/tables/rows.ts';
import { stampOfVersionId } from '../../store/tables/version-id.ts';
import { isDue } from '../worker/retry.ts';
import { type WaitedIntent, withdrawVersion } from './withdraw-version.ts';

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
  /** Whether a destination cannot be reached now (`ReplicationWorker.unavailable`). */
  readonly unavailable: (destination: string) => boolean;
}

const KINDS: readonly IntentKind[] = ['object', 'delete-marker'];

/** They share a synced write; more would only wait. */
const COMMITS_AT_ONCE = 32;

/** One task that has not all its answers. */
interface OpenTask {
  readonly name: JobTaskName;
  readonly open: readonly string[];
  /** It was delivered to another of its destinations. */
  readonly delivered: boolean;
  /** What it may wait for. */
  readonly names: readonly IntentName[];
}

/** One version, with every intent that tasks of the chunk wait for. */
interface OpenVersion {
  readonly intents: Map<string, WaitedIntent>;
  delivered: boolean;
  /** Something about it ended since its answers were read: it is looked at another time. */
  moved: boolean;
}

/** Takes back what a chunk still waits for and what cannot be delivered now: its destination cannot be reached, or an
 * attempt failed and the next is not due. Each task concerned is answered once. A version goes whole or not at all: as
 * long as it can be delivered anywhere, it is left to end by itself; and where it was delivered to one destination
 * already, the others fail, lest it say COMPLETED. What is being delivered at this moment may win: whoever commits first.
 * To be called again until the chunk has all its answers.
 * @returns how many versions were withdrawn
 * @throws StoreUnavailableError */
export async function withdrawDeliveries(options: WithdrawOptions, chunk: StartedChunk): Promise<number> {
  const stalled = [...(await openVersions(options, chunk))].filter(
    ({ intents, moved }) => !moved && [...intents.values()].every((waited) => isStalled(options, waited)),
  );
  let withdrawn = 0;
  for (let at = 0; at < stalled.length; at += COMMITS_AT_ONCE) {
    const some = stalled.slice(at, at + COMMITS_AT_ONCE).map(({ intents, delivered }) =>
      withdrawVersion(options.region.store, {
        intents: [...intents.values()],
        mine: (name) => name.jobId === chunk.jobId && name.chunk === chunk.number,
        delivered,
        nowMs: options.nowMs,
      }),
    );
    withdrawn += (await Promise.all(some)).filter(Boolean).length;
  }
  return withdrawn;
}

function isStalled({ unavailable, nowMs }: WithdrawOptions, { row }: WaitedIntent): boolean {
  return unavailable(row.rule.destination) || !isDue(row.nextAttemptAtMs, nowMs);
}

/** Answers are read before intents: what is missing from both was answered in between. */
async function openVersions(options: WithdrawOptions, chunk: StartedChunk): Promise<Iterable<OpenVersion>> {
  const tasks = await openTasks(options, chunk);
  const waited = await waitedIntents(options, tasks);
  const found = new Map<string, OpenVersion>();
  for (const { name, open, delivered } of tasks) {
    const intents = waited.filter(({ row }) => row.waiting?.some((other) => isSame(name, other)) === true);
    const [first] = intents;
    if (first === undefined) continue;
    const identity = `${first.row.sourceBucketId} ${first.row.stamp} ${first.row.key}`;
    const version = found.get(identity) ?? { intents: new Map(), delivered: false, moved: false };
    found.set(identity, version);
    for (const one of intents) version.intents.set(`${one.row.class} ${one.row.rule.destination}`, one);
    version.delivered ||= delivered;
    version.moved ||= intents.length < open.length;
  }
  return found.values();
}

function isSame(one: JobTaskName, other: JobTaskName): boolean {
  return one.jobId === other.jobId && one.chunk === other.chunk && one.task === other.task;
}

async function waitedIntents(options: WithdrawOptions, tasks: readonly OpenTask[]): Promise<WaitedIntent[]> {
  const places = tasks.flatMap(({ names }) =>
    names.flatMap((name) => PENDING_TABLES.map((table) => ({ table, key: table.key(name) }))),
  );
  const distinct = [...new Map(places.map((place) => [place.key.toString('latin1'), place])).values()];
  const rows = await options.region.store.get(distinct.map(({ key }) => key));
  return distinct.flatMap(({ table }, index): WaitedIntent[] => {
    const stored = rows[index];
    return stored === undefined ? [] : [{ row: table.decode(stored), version: stored.version }];
  });
}

async function openTasks(options: WithdrawOptions, chunk: StartedChunk): Promise<OpenTask[]> {
  const { jobId, number } = chunk;
  const answers = new Map<string, JobAnswerRow>();
  for (const row of await options.region.store.range(jobAnswers.range(jobId, number))) {
    const { task, destination } = jobAnswers.nameOf(row);
    answers.set(`${task} ${destination}`, jobAnswers.decode(row));
  }
  const tasks: OpenTask[] = [];
  for (const [index, task] of chunk.tasks.entries()) {
    const destinations = chunk.waitsFor[index] ?? [];
    const open = destinations.filter((destination) => !answers.has(`${index} ${destination}`));
    if (open.length === 0) continue;
    const delivered = destinations.some(
      (destination) => answers.get(`${index} ${destination}`)?.outcome === 'delivered',
    );
    const names = await intentNames(options, chunk, task, open);
    tasks.push({ name: { jobId, chunk: number, task: index }, open, delivered, names });
  }
  return tasks;
}

async function intentNames(
  { buckets }: WithdrawOptions,
  { sourceBucket = '' }: StartedChunk,
  { bucket: name = sourceBucket, key, versionId }: JobTask,
  open: readonly string[],
): Promise<IntentName[]> {
  const bucket = await buckets.find(name);
  if (bucket === undefined) return [];
  const sourceBucketId = bucket.row.id;
  const stamp = versionId === undefined ? undefined : stampOfVersionId(versionId);
  const stamps: OrderStamp[] = [];
  if (stamp !== undefined) stamps.push(stamp);
  // Which version it was when the task began is not known any more: it is one of the key's.
  else for await (const version of versionsOf(bucket, key)) stamps.push(version.stamp);
  return stamps.flatMap((one) =>
    open.flatMap((destination) =>
      KINDS.map((kind) => ({ sourceBucketId, key, stamp: one, kind, rule: { destination } })),
    ),
  );
}
