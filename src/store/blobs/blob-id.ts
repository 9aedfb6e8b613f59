import type { Random } from '../../lib/random.ts';
import type { BlobId } from './blob-store.ts';

/** 120 bits: nobody guesses one, and no two are ever the same. */
const UNGUESSABLE_BYTES = 15;
/** One of 256 directories, as two hex digits. */
const FAN_OUT_DIGITS = 2;

/** @param fanOut 0 to 255: the directory that a file store puts it in; part of the id, so that it is found again. */
export function makeBlobId(incarnation: string, fanOut: number, random: Random): BlobId {
  const directory = fanOut.toString(16).padStart(FAN_OUT_DIGITS, '0');
  return `${incarnation}-${directory}${random.bytes(UNGUESSABLE_BYTES).toString('hex')}`;
}

export function incarnationOf(id: BlobId): string {
  return id.slice(0, id.lastIndexOf('-'));
}

export function fanOutOf(id: BlobId): string {
  const start = id.lastIndexOf('-') + 1;
  return id.slice(start, start + FAN_OUT_DIGITS);
}

/** Whether a file's name is one that a store gave. */
export function isBlobId(name: string): boolean {
  return /^[\w.]+-[0-9a-f]{32}$/.test(name);
}
