import type { Site } from '../buckets/region.ts';
import type { MasterKeySource } from '../config.ts';
import { masterKeyElsewhere } from '../errors/holdfast.ts';
import { rotateMasterKeyFile } from '../keys/master-key-source.ts';
import type { Logger } from '../lib/logger.ts';
import { oldestReadAtMs, sharedReads } from '../objects/running-reads.ts';
import type { Handlers } from './channel.ts';
import { renderProcessMetrics } from './process-metrics.ts';
import { ProcessStatusReader } from './process-status.ts';
import type { RotatingKeyring } from './rotating-keyring.ts';
import type { SiteStores } from './stores.ts';
import type { ThreadData, ThreadRole } from './thread-data.ts';
import { type LoadingThread, loadThread, type RunningThread, startThread } from './worker-thread.ts';

export interface ThreadsOptions {
  readonly data: Omit<ThreadData, 'global' | 'regions' | 'isFirst' | 'runningReads'>;
  readonly stores: SiteStores;
  readonly site: Site;
  readonly keyring: RotatingKeyring;
  readonly masterKey: MasterKeySource;
  readonly logger: Logger;
}

// A thread that dies at once, again and again, must not burn the processor.
const RESTART_DELAY_MS = 1_000;

/** The threads of a site, and what they ask of the main one. A thread that dies is started again; its clients retry.
 *
 * Invariants
 * - All HTTP threads listen on the same port, which the first one found.
 * - No thread starts while the master key is rotated, nor is it rotated while one starts: each knows every generation. */
export class Threads {
  readonly #options: ThreadsOptions;
  readonly #running = new Map<string, RunningThread>();
  readonly #starting = new Set<Promise<void>>();
  readonly #runningReads = new Map<string, SharedArrayBuffer>();
  /** The newest rotation; each waits for the one before. */
  #rotation: Promise<unknown> = Promise.resolve();
  readonly #status: ProcessStatusReader;
  #masterKeys: string;
  #stopping = false;
  port = 0;

  private constructor(options: ThreadsOptions) {
    this.#options = options;
    this.#status = new ProcessStatusReader(options.site, options.data.config.regions);
    this.#masterKeys = options.data.masterKeys;
  }

  /** @param first the first HTTP thread, `loadThread('http')`. */
  static async start(options: ThreadsOptions, first: LoadingThread): Promise<Threads> {
    const threads = new Threads(options);
    const { workers } = options.data.config;
    await threads.#start('http', 'http-0', first);
    const others = Array.from({ length: workers - 1 }, (_, index) =>
      threads.#start('http', `http-${index + 1}`),
    );
    await Promise.all([...others, threads.#start('replication', 'replication-0')]);
    return threads;
  }

  /** When the oldest read began that is under way in any thread. */
  oldestReadAtMs(): number | undefined {
    return oldestReadAtMs(this.#runningReads.values());
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#untilStarted();
    for (const role of ['http', 'replication']) {
      const threads = [...this.#running].filter(([name]) => name.startsWith(role));
      await Promise.all(threads.map(([, thread]) => thread.stop()));
    }
  }

  async #start(role: ThreadRole, name: string, loading = loadThread(role)): Promise<void> {
    await this.#rotation;
    const starting = this.#startNow(role, name, loading);
    this.#starting.add(starting);
    await starting.finally(() => this.#starting.delete(starting));
  }

  async #startNow(role: ThreadRole, name: string, loading: LoadingThread): Promise<void> {
    const { data, stores, logger } = this.#options;
    const isFirst = this.port === 0;
    const runningReads = sharedReads();
    this.#runningReads.set(name, runningReads);
    const config = isFirst ? data.config : { ...data.config, port: this.port };
    const thread = await startThread(
      loading,
      { ...data, ...stores.connect(), config, isFirst, runningReads, masterKeys: this.#masterKeys },
      {
        logger,
        handlers: this.#handlers(),
        onReady: (port) => {
          if (role === 'http') this.port = Number(port);
        },
        onDeath: () => this.#restart(role, name),
      },
    );
    this.#running.set(name, thread);
  }

  #restart(role: ThreadRole, name: string): void {
    this.#running.delete(name);
    this.#runningReads.delete(name);
    if (this.#stopping) return;
    this.#options.logger.error({ name }, 'a thread ended and is started again');
    this.#options.site.clock.after(RESTART_DELAY_MS, () => {
      if (!this.#stopping) void this.#start(role, name).catch(() => this.#restart(role, name));
    });
  }

  #handlers(): Handlers {
    return {
      rotateMasterKey: () => this.#rotateMasterKey(),
      status: (input) => this.#status.read(this.#running, input as { bucket?: string; verify: boolean }),
      metrics: () => renderProcessMetrics(this.#status, this.#running),
    };
  }

  async #untilStarted(): Promise<void> {
    await Promise.allSettled(this.#starting);
  }

  async #rotateMasterKey(): Promise<string> {
    const rotation = this.#rotation.then(() => this.#rotateMasterKeyNow());
    this.#rotation = rotation.catch(() => undefined);
    return await rotation;
  }

  async #rotateMasterKeyNow(): Promise<string> {
    const { masterKey, keyring } = this.#options;
    if (masterKey.kind !== 'file') throw masterKeyElsewhere();
    await this.#untilStarted();
    const { newKey, older } = await rotateMasterKeyFile(masterKey.path);
    // First as one of the older: until all know it, what one of them sealed under it another could not open.
    await this.#giveMasterKeys(`${older}\n${newKey}`);
    await this.#giveMasterKeys(`${newKey}${older}`);
    return keyring.currentWrapId;
  }

  async #giveMasterKeys(text: string): Promise<void> {
    this.#masterKeys = text;
    this.#options.keyring.replace(text);
    // One that ended meanwhile is started again with them.
    await Promise.allSettled(
      [...this.#running.values()].map((thread) => thread.ask('replaceMasterKeys', text)),
    );
  }
}
