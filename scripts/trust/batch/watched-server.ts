import { watchMemory } from '../../../bench/load/processes.ts';
import { Server } from '../server.ts';

/** A server that is started again and again on one data directory and one port, and whose memory is watched. */
export class WatchedServer {
  readonly data: string;
  readonly #port: number;
  #server: Server | undefined;
  #memory: ReturnType<typeof watchMemory> | undefined;
  /** Of each start. */
  readonly readyMs: number[] = [];
  #memoryPeakBytes = 0;
  kills = 0;

  constructor(data: string, port: number) {
    this.data = data;
    this.#port = port;
  }

  async start(): Promise<void> {
    const server = new Server({ data: this.data, port: this.#port, flags: ['--log-level', 'error'] });
    this.#server = server;
    this.#memory = watchMemory(server.pid);
    this.readyMs.push(await server.ready());
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.#samplePeak();
    await this.#server?.kill(signal);
    this.#server = undefined;
  }

  /** The most of RssAnon since this was last asked, over all starts. */
  takeMemoryPeak(): number {
    this.#samplePeak();
    const peak = this.#memoryPeakBytes;
    this.#memoryPeakBytes = 0;
    if (this.#server !== undefined) this.#memory = watchMemory(this.#server.pid);
    return peak;
  }

  #samplePeak(): void {
    this.#memoryPeakBytes = Math.max(this.#memoryPeakBytes, this.#memory?.stop() ?? 0);
    this.#memory = undefined;
  }

  /** kill -9, and up again. */
  async killAndStart(): Promise<void> {
    await this.stop('SIGKILL');
    this.kills += 1;
    await this.start();
  }
}
