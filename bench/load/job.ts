import type { Target } from './requests.ts';

/** What the load process is asked to do; plain data, handed over as one argument. */
export interface LoadJob {
  readonly target: Target;
  readonly kind: 'put' | 'get' | 'list';
  readonly bucket: string;
  readonly prefix: string;
  readonly objectBytes: number;
  readonly connections: number;
  /** Stops after so many requests, or after so long, whichever comes first. */
  readonly requestsMax: number;
  readonly durationMsMax: number;
  /** Requests begin at this rate, however long they take, as far as the connections go; absent: as fast as they can. */
  readonly perSecond?: number;
  /** get: keys are `prefix + number` below this. list: keys of a page. */
  readonly keys: number;
}

export interface LoadResult {
  readonly requests: number;
  readonly errors: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly mebibytesPerSecond: number;
  readonly millisecondsP50: number;
  readonly millisecondsP99: number;
  readonly millisecondsMax: number;
  /** Processor seconds of the client itself: it shares the machine with the server. */
  readonly clientCpuSeconds: number;
  readonly startedAtMs: number;
}
