import { randomBytes } from 'node:crypto';

/** Randomness as the rest of the system sees it: injected, so that a simulation can seed it. Key material
 * always comes from `systemRandom`. */
export interface Random {
  bytes(length: number): Buffer;
}

// Drawn in blocks: one system call for many ids instead of one each.
const POOL_BYTES = 4096;

function pooled(): Random {
  let pool = Buffer.alloc(0);
  return {
    bytes(length) {
      if (length > POOL_BYTES) return randomBytes(length);
      if (pool.length < length) pool = randomBytes(POOL_BYTES);
      const taken = Buffer.from(pool.subarray(0, length));
      pool = pool.subarray(length);
      return taken;
    },
  };
}

export const systemRandom: Random = pooled();
