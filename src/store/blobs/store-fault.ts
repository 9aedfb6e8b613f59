import { StoreUnavailableError } from '../kv/key-value-store.ts';
import { BlobMissingError } from './blob-store.ts';

/** What a disk that is full, read-only, failing or out of handles answers: nothing is wrong with the request. */
const UNAVAILABLE = new Set([
  'ENOSPC',
  'EDQUOT',
  'EROFS',
  'EIO',
  'EMFILE',
  'ENFILE',
  'EACCES',
  'EPERM',
  'ENODEV',
]);

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** The error to throw for what the file system said. */
export function storeFault(error: unknown): unknown {
  const code = errorCode(error);
  if (code === undefined) return error;
  if (UNAVAILABLE.has(code))
    return new StoreUnavailableError(`The blob store answers ${code}.`, { cause: error });
  if (code === 'ENOENT') return new BlobMissingError('No such blob.', { cause: error });
  return error;
}
