import { AwsError } from '../../errors/aws-error.ts';
import { StoreUnavailableError } from '../../store/kv/key-value-store.ts';

/** What a full, read-only or failing disk says; the next object would hear the same. */
const DISK_CODES = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'EMFILE', 'ENFILE', 'ENODEV']);

/** Whether an error speaks of a whole store rather than of one object. */
export function saysUnavailable(error: unknown): boolean {
  if (error instanceof StoreUnavailableError) return true;
  if (error instanceof AwsError) return error.status === 503;
  if (!(error instanceof Error)) return false;
  if ('code' in error && typeof error.code === 'string' && DISK_CODES.has(error.code)) return true;
  return error.cause !== undefined && saysUnavailable(error.cause);
}

/** Whether the disk could not read these very bytes: a bad sector says nothing of the next object. */
export function saysUnreadable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('code' in error && error.code === 'EIO') || saysUnreadable(error.cause);
}
