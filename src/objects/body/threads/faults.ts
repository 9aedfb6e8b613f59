import { FrameError } from '../../../keys/frames.ts';
import { messageOf } from '../../../lib/error-message.ts';
import { BlobMissingError } from '../../../store/blobs/blob-store.ts';
import { StoreUnavailableError } from '../../../store/kv/key-value-store.ts';
import type { Fault } from './messages.ts';

const CLASSES = {
  unavailable: StoreUnavailableError,
  missing: BlobMissingError,
  frame: FrameError,
  other: Error,
};

/** What travels of an error. */
export function faultOf(error: unknown): { fault: Fault; message: string } {
  const message = messageOf(error);
  if (error instanceof StoreUnavailableError) return { fault: 'unavailable', message };
  if (error instanceof BlobMissingError) return { fault: 'missing', message };
  return { fault: error instanceof FrameError ? 'frame' : 'other', message };
}

export function errorOf({ fault, message }: { readonly fault: Fault; readonly message: string }): Error {
  return new CLASSES[fault](message);
}
