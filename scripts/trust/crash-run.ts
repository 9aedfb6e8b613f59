import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '../../src/testing/seeded-random.ts';
import { Ledger } from './ledger.ts';
import { runLoad } from './load.ts';
import { freePort, Server } from './server.ts';
import { verifyAcknowledged } from './verify.ts';
import { verifyReplicas } from './verify-replicas.ts';
import { World } from './world.ts';

/** Kills a server with -9 under load, again and again on one data directory, and compares after each start what the
 * clients were told with what is there; at the end, that everything arrived and every counter is right. */
export interface CrashOptions {
  readonly kills: number;
  /** Decides when each kill comes. */
  readonly seed: number;
  readonly progress: (line: string) => void;
}

export interface CrashResult {
  readonly kills: number;
  readonly killsWhileStarting: number;
  readonly acknowledged: number;
  readonly unanswered: number;
  readonly versionsArrived: number;
  readonly parked: number;
  /** What went wrong, a sentence each. */
  readonly lost: readonly string[];
  readonly readyMs: readonly number[];
}

const LOAD_WORKERS = 12;
// Long enough for every kind of operation, short enough for fifty rounds.
const KILL_AFTER_MS_MIN = 150;
const KILL_AFTER_MS_MAX = 1500;
/** One kill in so many comes while the server still starts. */
const KILL_WHILE_STARTING_EACH = 7;
const START_KILL_AFTER_MS_MAX = 1200;

export async function runCrash(options: CrashOptions): Promise<CrashResult> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-crash-'));
  const crash = new Crash(options, join(folder, 'data'), await freePort());
  try {
    return await crash.run();
  } finally {
    await crash.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

class Crash {
  readonly #options: CrashOptions;
  readonly #data: string;
  readonly #port: number;
  readonly #random: SeededRandom;
  readonly #world: World;
  readonly #everything = new Ledger();
  readonly #lost: string[] = [];
  readonly #readyMs: number[] = [];
  #killsWhileStarting = 0;
  #server: Server | undefined;

  constructor(options: CrashOptions, data: string, port: number) {
    this.#options = options;
    this.#data = data;
    this.#port = port;
    this.#random = new SeededRandom(options.seed);
    this.#world = new World(`http://127.0.0.1:${port}`);
  }

  async run(): Promise<CrashResult> {
    const { kills, progress } = this.#options;
    let server = await this.#start();
    await this.#world.furnish(this.#everything);
    for (let round = 1, done = 0; done < kills; round += 1) {
      const ledger = await this.#loadUntilKilled(server, round);
      done += 1;
      if (round % KILL_WHILE_STARTING_EACH === 0 && done < kills) {
        await this.#killWhileStarting();
        done += 1;
      }
      server = await this.#start();
      const { lost, checked } = await verifyAcknowledged(this.#world, ledger, `${round}/`);
      this.#lost.push(...lost);
      const losses = lost.length === 0 ? 'nothing lost' : `${lost.length} LOST: ${lost[0]}`;
      progress(`kill ${done} of ${kills}: ${checked} acknowledged, ${losses}`);
    }
    return await this.#judge();
  }

  async end(): Promise<void> {
    await this.#server?.kill();
    this.#world.close();
  }

  async #judge(): Promise<CrashResult> {
    const { progress, kills } = this.#options;
    progress('waiting until nothing is pending, then comparing everything');
    const { wrong, parked } = await this.#world.settled();
    const kept = await verifyAcknowledged(this.#world, this.#everything);
    const arrived = await verifyReplicas(this.#world);
    const { entries } = this.#everything;
    return {
      kills,
      killsWhileStarting: this.#killsWhileStarting,
      acknowledged: this.#everything.acknowledgedCount(),
      unanswered: entries.length - this.#everything.acknowledgedCount(),
      versionsArrived: arrived.checked,
      parked,
      lost: [...this.#lost, ...wrong, ...kept.lost, ...arrived.lost],
      readyMs: this.#readyMs,
    };
  }

  async #loadUntilKilled(server: Server, round: number): Promise<Ledger> {
    const ledger = new Ledger();
    const stop = new AbortController();
    const load = runLoad({
      client: this.#world.source.client,
      bucket: this.#world.source.bucket,
      ledger,
      workers: LOAD_WORKERS,
      operationsMax: Number.POSITIVE_INFINITY,
      signal: stop.signal,
      round,
    });
    await sleep(KILL_AFTER_MS_MIN + this.#random.below(KILL_AFTER_MS_MAX - KILL_AFTER_MS_MIN));
    await server.kill();
    stop.abort();
    await load;
    this.#everything.append(ledger);
    return ledger;
  }

  async #killWhileStarting(): Promise<void> {
    const server = new Server({ data: this.#data, port: this.#port, flags: ['--log-level', 'error'] });
    this.#server = server;
    await sleep(this.#random.below(START_KILL_AFTER_MS_MAX));
    await server.kill();
    this.#killsWhileStarting += 1;
  }

  async #start(): Promise<Server> {
    const server = new Server({ data: this.#data, port: this.#port, flags: ['--log-level', 'error'] });
    this.#server = server;
    this.#readyMs.push(await server.ready());
    return server;
  }
}
