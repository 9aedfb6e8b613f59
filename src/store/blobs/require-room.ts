import { statfsSync } from 'node:fs';
import { lowWaterBytes } from '../kv/disk-space.ts';
import { StoreUnavailableError } from '../kv/key-value-store.ts';
import { storeFault } from './store-fault.ts';

/** A body must not take what deletes and settlements need on a nearly full disk. The answer is the same that the store
 * gives to bodies inside a commit.
 * @throws StoreUnavailableError */
export function requireRoom(directory: string): void {
  let space: { bavail: number; blocks: number; bsize: number };
  try {
    // Asked each time: it costs microseconds, beside making a file.
    space = statfsSync(directory);
  } catch (error) {
    throw storeFault(error);
  }
  if (space.bavail * space.bsize < lowWaterBytes(space.blocks * space.bsize)) {
    throw new StoreUnavailableError('The disk is nearly full.');
  }
}
