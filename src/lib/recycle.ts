/** Memory of large chunks that goes back to its maker when its bytes have left, and is filled again. Left to the
 * collector, the buffers of a few large downloads start a full collection every 64 MiB, which costs more than
 * sending them. Whoever does not know of this loses speed and nothing else. */
const makers = new WeakMap<ArrayBufferLike, () => void>();

/** @param takeBack called at most once, when nobody uses the chunk any more. */
export function recyclable(chunk: Buffer, takeBack: () => void): Buffer {
  makers.set(chunk.buffer, takeBack);
  return chunk;
}

/** Says that `chunk` (or a part of it) was used for the last time: its bytes may change from now on. For a chunk
 * written to a stream, that is when the write has called back. */
export function recycle(chunk: Uint8Array): void {
  const takeBack = makers.get(chunk.buffer);
  makers.delete(chunk.buffer);
  takeBack?.();
}
