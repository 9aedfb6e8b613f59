// Linux adds its timer slack, 50 µs by default; as little as there is.
const YIELD_MS = 0.05;

const cell = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/** Lets whoever waits for this processor have it, by sleeping for a moment.
 *
 * Linux lets a running thread end its slice of some 3 ms before one that wakes gets the processor, however nice the
 * running one is. Between pieces of half a millisecond this takes a quarter off the slowest hundredth of the small GETs
 * beside four uploads of 16 MiB, and at most a tenth off the rate of uploads that have the machine for themselves. */
export function yieldProcessor(): void {
  Atomics.wait(cell, 0, 0, YIELD_MS);
}
