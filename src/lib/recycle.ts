/** Memory of large chunks that goes back to its maker when its bytes have been used, instead of waiting for the collector.
 *
 * V8 counts such memory as pressure: left to it, 50 MiB of chunks start a full collection, which costs more than moving
 * them and holds up all requests of its thread for some milliseconds. Whoever does not know of this loses speed and
 * nothing else. */
interface Lent {
  readonly takeBack: () => void;
  users: number;
}

const lent = new WeakMap<ArrayBufferLike, Lent>();

/** @param takeBack called at most once, when nobody uses the chunk any more. */
export function recyclable(chunk: Buffer, takeBack: () => void): Buffer {
  lent.set(chunk.buffer, { takeBack, users: 1 });
  return chunk;
}

/** As `recyclable`, of a chunk that alone fills its memory: that is freed at once, and the chunk is empty then. */
export function freeable(chunk: Buffer): Buffer {
  return fillsItsMemory(chunk) ? recyclable(chunk, () => free(chunk)) : chunk;
}

/** Frees the memory of a chunk that alone fills it and has one user, who has used it. */
export function free(chunk: Buffer): void {
  if (fillsItsMemory(chunk)) chunk.buffer.transfer(0);
}

function fillsItsMemory(chunk: Buffer): chunk is Buffer<ArrayBuffer> {
  return chunk.buffer instanceof ArrayBuffer && chunk.length === chunk.buffer.byteLength;
}

/** Whether somebody waits for its memory: else `recycle` does nothing. */
export function isRecyclable(chunk: Uint8Array): boolean {
  return lent.has(chunk.buffer);
}

/** A part of a chunk goes to one more user: each of them has to recycle it. */
export function share(part: Uint8Array): void {
  const found = lent.get(part.buffer);
  if (found !== undefined) found.users += 1;
}

/** Says that its user has used `chunk` (or a part of it) for the last time: its bytes may change from now on. For a
 * chunk written to a stream, that is when the write has called back. */
export function recycle(chunk: Uint8Array): void {
  const found = lent.get(chunk.buffer);
  if (found === undefined) return;
  found.users -= 1;
  if (found.users > 0) return;
  lent.delete(chunk.buffer);
  found.takeBack();
}
