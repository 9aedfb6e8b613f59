import type { ServerResponse } from 'node:http';
import { isRecyclable, recycle } from '../lib/recycle.ts';
import { TurnQueue } from '../lib/turn-queue.ts';

/** Answers that get ready in one turn of the event loop leave together at its end.
 *
 * Written one by one, each wakes its client, which sends the next request while this thread is still at work on the
 * others: every answer then costs both sides a wake-up and a poll of their own. Written together, they are taken and
 * followed by new requests in one go. Measured with 32 connections of one client: a quarter less time of the server and
 * half of the client's for each 4 KiB GET. A request that is alone waits for nothing. */
interface Ready {
  readonly response: ServerResponse;
  readonly body: Uint8Array | undefined;
}

const ready = new TurnQueue<Ready>((leaving) => {
  for (const { response, body } of leaving) {
    if (response.destroyed) continue;
    if (body === undefined) response.end();
    else if (isRecyclable(body)) response.end(body, () => recycle(body));
    else response.end(body);
  }
});

/** The head must have been given. */
export function endWithTurn(response: ServerResponse, body?: Uint8Array): void {
  ready.add({ response, body });
}
