import { Buffer } from 'node:buffer';
import { named } from '../key-space.ts';
import { stampVersion, storedRow } from '../stored-row.ts';

/** From where on the log has to be read after a crash: all batches before it are in the database for good. */
export interface Checkpoint {
  readonly segment: number;
  readonly offset: number;
  /** Of the batch that begins there. */
  readonly number: number;
}

/** A row of table 0, behind the counts of dead bytes. */
export const CHECKPOINT = named(Buffer.of(0, 2));

/** As text, as all rows are. */
export function checkpointRow({ segment, offset, number }: Checkpoint): Buffer {
  const row = storedRow(Buffer.from(`${segment} ${offset} ${number}`));
  stampVersion(row, 0);
  return row;
}

export function checkpointIn(value: Buffer): Checkpoint {
  const [segment = 0, offset = 0, number = 0] = value.toString().split(' ').map(Number);
  return { segment, offset, number };
}
