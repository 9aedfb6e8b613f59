import { join } from 'node:path';
import { Ledger } from '../trust/ledger.ts';
import { runLoad } from '../trust/load.ts';
import { freePort, Server } from '../trust/server.ts';
import { World } from '../trust/world.ts';
import { readTrace, strace, type TraceEvent } from './trace.ts';

/** What a server did to its disk while clients worked with it, from its very first start on. */
export interface Recording {
  readonly root: string;
  readonly ledger: Ledger;
  readonly events: readonly TraceEvent[];
  readonly lines: number;
  /** By request id, the line at which its answer began to be sent. */
  readonly answeredAt: ReadonlyMap<string, number>;
}

const LOAD_WORKERS = 6;
const MULTIPART_EACH = 30;

export async function record(folder: string, operations: number): Promise<Recording> {
  const root = join(folder, 'recorded');
  const trace = join(folder, 'trace');
  const port = await freePort();
  const server = new Server({
    data: root,
    port,
    tracer: strace(trace),
    flags: ['--workers', '1', '--log-level', 'warn'],
  });
  const ledger = new Ledger();
  const world = new World(server.endpoint);
  try {
    await server.ready();
    await world.furnish(ledger);
    await runLoad({
      client: world.source.client,
      bucket: world.source.bucket,
      ledger,
      workers: LOAD_WORKERS,
      operationsMax: operations,
      signal: new AbortController().signal,
      round: 0,
      multipartEach: MULTIPART_EACH,
    });
    await world.settled();
  } finally {
    await server.kill();
    world.close();
  }
  return { root, ledger, ...(await collect(trace, root)) };
}

const REQUEST_ID = /x-amzn?-request-?id: ?([^\r\n]+)/gi;
const HEAD_BYTES_MAX = 4096;

async function collect(
  trace: string,
  root: string,
): Promise<Pick<Recording, 'events' | 'lines' | 'answeredAt'>> {
  const events: TraceEvent[] = [];
  const answeredAt = new Map<string, number>();
  let lines = 0;
  for await (const event of readTrace(trace)) {
    lines = event.line;
    if (event.call !== 'send') {
      if (!('path' in event) || event.call === 'open' || event.path.startsWith(root)) events.push(event);
      continue;
    }
    const head = event.data.subarray(0, HEAD_BYTES_MAX).toString('latin1');
    for (const [, id = ''] of head.matchAll(REQUEST_ID)) {
      if (!answeredAt.has(id)) answeredAt.set(id, event.startedAt);
    }
  }
  return { events, lines, answeredAt };
}
