import { errorCode } from '../../lib/error-code.ts';
import { StoreUnavailableError } from '../kv/key-value-store.ts';
import { BlobMissingError } from './blob-store.ts';

/** What a disk that is full, read-only, failing, gone or out of handles answers: nothing is wrong with the request. */
const UNAVAILABLE = new Set([
  'ENOENT',
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

/** The error to throw for what the file system said to a reader. */
export function readFault(error: unknown): unknown {
  return errorCode(error) === 'ENOENT'
    ? new BlobMissingError('No such blob.', { cause: error })
    : storeFault(error);
}

/** The error to throw for what it said to anybody else. */
export function storeFault(error: unknown): unknown {
  const code = errorCode(error);
  if (code === undefined || !UNAVAILABLE.has(code)) return error;
  return new StoreUnavailableError(`The blob store answers ${code}.`, { cause: error });
}
