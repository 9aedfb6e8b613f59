import { Buffer } from 'node:buffer';
import type { Key } from '../key-value-store.ts';
import { ownRow } from '../stored-row.ts';

/** From where on the log has to be read after a crash: all batches before it are in the database for good. */
export interface Checkpoint {
  readonly segment: number;
  readonly offset: number;
  /** Of the batch that begins there. */
  readonly number: number;
}

/** A row of table 0, behind the counts of dead bytes. */
export const CHECKPOINT_KEY: Key = Buffer.of(0, 2);

export function checkpointRow({ segment, offset, number }: Checkpoint): Buffer {
  return ownRow(`${segment} ${offset} ${number}`);
}

export function checkpointIn(value: Buffer): Checkpoint {
  const [segment = 0, offset = 0, number = 0] = value.toString().split(' ').map(Number);
  return { segment, offset, number };
}
