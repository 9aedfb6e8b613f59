import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../lib/clock.ts';

// A socket that is closed while bytes of an upload lie unread, or still come, is reset by the system, and the reset takes
// the answer away from a client that writes all before it reads. So the rest is read for a while: about as long as a few
// round trips, and as much as a client has under way in its own and the network's buffers, a small part of any upload
// that is not worth waiting for. Both bound what a client can hold: a socket, and no memory.
const LINGER_MS = 2000;
const LINGER_BYTES_MAX = 16 * 1024 * 1024;

/** Ends a response that was written, and with it its connection, when the client has sent its body or is gone, and within
 * these limits. */
export function endWithBody(request: IncomingMessage, response: ServerResponse, clock: Clock): void {
  let bytesLeft = LINGER_BYTES_MAX;
  const end = () => {
    cancel();
    request.off('data', count);
    if (!response.destroyed && !response.writableEnded) response.end();
  };
  const count = (chunk: Buffer) => {
    bytesLeft -= chunk.length;
    if (bytesLeft < 0) end();
  };
  const cancel = clock.after(LINGER_MS, end);
  request.on('data', count);
  request.on('end', end);
  response.on('close', end);
  request.resume();
}
