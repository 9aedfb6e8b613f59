import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SeededRandom } from '../../src/testing/seeded-random.ts';
import { freePort, Server } from '../trust/server.ts';
import { verifyAcknowledged } from '../trust/verify.ts';
import { verifyReplicas } from '../trust/verify-replicas.ts';
import { World } from '../trust/world.ts';
import { type Cut, type CutKind, chooseCuts } from './cuts.ts';
import { Disk } from './disk.ts';
import { type Recording, record } from './record.ts';

/** Records what a server does to its disk, rebuilds the disk as a power loss would leave it at many moments, starts a
 * server on each, and compares with what its clients had been told by then. */
export interface PowerLossOptions {
  readonly cuts: number;
  readonly operations: number;
  readonly seed: number;
  /** Servers that are judged at the same time. */
  readonly parallel: number;
  /** Leaves the disks at which something was lost, to be looked at. */
  readonly keep?: boolean;
  readonly progress: (line: string) => void;
}

export interface CutResult {
  readonly cut: Cut;
  /** Acknowledged operations that were compared. */
  readonly checked: number;
  readonly versionsArrived: number;
  readonly readyMs: number;
  readonly lost: readonly string[];
}

export interface PowerLossResult {
  readonly recorded: { readonly operations: number; readonly lines: number };
  readonly cuts: readonly CutResult[];
}

export async function runPowerLoss(options: PowerLossOptions): Promise<PowerLossResult> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-powerloss-'));
  const { progress, seed } = options;
  try {
    progress('recording a server under load with strace');
    const recording = await record(folder, options.operations);
    const operations = recording.ledger.acknowledgedCount();
    progress(`${operations} operations were acknowledged, ${recording.lines} calls recorded`);
    const random = new SeededRandom(seed);
    const cuts = chooseCuts(recording, options.cuts, random);
    const results = await judgeCuts(recording, cuts, random, folder, options);
    return { recorded: { operations, lines: recording.lines }, cuts: results };
  } finally {
    if (options.keep !== true) rmSync(folder, { recursive: true, force: true });
  }
}

/** Replays the recording once; at each cut a server is started on a copy of the disk. */
async function judgeCuts(
  recording: Recording,
  cuts: readonly Cut[],
  random: SeededRandom,
  folder: string,
  { parallel, keep, progress }: PowerLossOptions,
): Promise<CutResult[]> {
  const disk = new Disk(recording.root);
  const events = recording.events.values();
  let event = events.next();
  const running = new Set<Promise<void>>();
  const results: CutResult[] = [];
  for (const [number, cut] of cuts.entries()) {
    while (running.size >= parallel) await Promise.race(running);
    while (event.done !== true && event.value.line <= cut.line) {
      disk.apply(event.value);
      event = events.next();
    }
    const data = join(folder, `cut-${number}`);
    disk.materialise(data, cut.mode === 'strict' ? () => 0 : () => random.below(1001) / 1000);
    const judging: Promise<void> = judge(recording, cut, data)
      .then((result) => {
        results.push(result);
        const { checked, lost, versionsArrived } = result;
        const verdict = lost.length === 0 ? 'nothing lost' : `${lost.length} LOST: ${lost[0]}`;
        progress(
          `cut ${number + 1} at ${cut.line} (${cut.kind}, ${cut.mode}): ${checked} acknowledged, ${versionsArrived} versions arrived, ${verdict}`,
        );
        if (lost.length === 0 || keep !== true) rmSync(data, { recursive: true, force: true });
      })
      .finally(() => running.delete(judging));
    running.add(judging);
  }
  await Promise.all(running);
  return results;
}

async function judge(recording: Recording, cut: Cut, data: string): Promise<CutResult> {
  const ledger = recording.ledger.asSeen((id) => (recording.answeredAt.get(id) ?? Infinity) <= cut.line);
  const server = new Server({
    data,
    port: await freePort(),
    flags: ['--workers', '1', '--log-level', 'error'],
  });
  const world = new World(server.endpoint);
  try {
    const readyMs = await server.ready();
    const kept = await verifyAcknowledged(world, ledger);
    const { wrong, parked } = await world.settled();
    const furnished = ledger.entries.some(
      ({ operation, acknowledged }) =>
        acknowledged !== undefined && operation.kind === 'furnish' && operation.step === 'replication',
    );
    const arrived = furnished ? await verifyReplicas(world) : { checked: 0, lost: [] };
    return {
      cut,
      checked: kept.checked,
      versionsArrived: arrived.checked,
      readyMs,
      lost: [
        ...kept.lost,
        ...wrong,
        ...arrived.lost,
        ...(parked === 0 ? [] : [`${parked} operations are parked`]),
        ...(server.output === '' ? [] : [`the server complained: ${server.output.slice(0, 1000)}`]),
      ],
    };
  } catch (error) {
    return {
      cut,
      checked: 0,
      versionsArrived: 0,
      readyMs: 0,
      lost: [`${String(error)} ${server.complaint}`],
    };
  } finally {
    await server.kill();
    world.close();
  }
}

export type { Cut, CutKind };
