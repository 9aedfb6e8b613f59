import { randomBytes, randomFillSync } from 'node:crypto';

/** Randomness as the rest of the system sees it: injected, so that a simulation can seed it. Key material
 * always comes from `systemRandom`. */
export interface Random {
  bytes(length: number): Buffer;
}

// Drawn in blocks: one system call for many ids and keys instead of one each.
const POOL_BYTES = 4096;
// Up to this a loop over the bytes takes less time than a copy and a fill.
const POOLED_BYTES_MAX = 64;

/** Each byte is handed out once: its place in the pool is cleared, so that no key stays there. */
function pooled(): Random {
  const pool = Buffer.alloc(POOL_BYTES);
  let used = POOL_BYTES;
  return {
    bytes(length) {
      if (length > POOLED_BYTES_MAX) return randomBytes(length);
      if (used + length > POOL_BYTES) {
        randomFillSync(pool);
        used = 0;
      }
      const taken = Buffer.allocUnsafe(length);
      for (let at = 0; at < length; at += 1) {
        taken[at] = pool[used] ?? 0;
        pool[used] = 0;
        used += 1;
      }
      return taken;
    },
  };
}

export const systemRandom: Random = pooled();
