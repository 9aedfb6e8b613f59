import { once } from 'node:events';
import type { MessagePort } from 'node:worker_threads';
import type { ServeConfig } from '../config.ts';
import type { StoreConnection } from '../store/kv/threaded/protocol.ts';

export type ThreadRole = 'http' | 'replication';

/** What a new thread is told first: plain data and ports. The master keys are in memory only, and never logged. */
export interface ThreadData {
  readonly config: Omit<ServeConfig, 'rootCredentials' | 'masterKey'>;
  readonly siteId: string;
  readonly operatorAccount: string;
  /** Of the HTTP threads: no other has the port yet. */
  readonly isFirst: boolean;
  readonly incarnation: string;
  /** One base64 key a line, the newest first. */
  readonly masterKeys: string;
  /** This thread's, see objects/running-reads.ts. */
  readonly runningReads: SharedArrayBuffer;
  readonly global: StoreConnection;
  readonly regions: readonly {
    readonly name: string;
    readonly store: StoreConnection;
    readonly blobs: string;
  }[];
}

export function portsOf({ global, regions }: ThreadData): MessagePort[] {
  return [global.port, ...regions.map(({ store }) => store.port)];
}

/** In the thread. It comes when the rest of the start has come so far; the program is loaded meanwhile. */
export async function receiveThreadData(port: MessagePort): Promise<ThreadData> {
  const [data] = await once(port, 'message');
  return data as ThreadData;
}
