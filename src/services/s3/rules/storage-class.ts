import { invalidObjectState, invalidStorageClass } from '../../../errors/s3.ts';

/** What an object may be written as. The class is an attribute: bytes lie in the same place. */
const WRITABLE = new Set([
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER',
  'DEEP_ARCHIVE',
  'GLACIER_IR',
]);

const ARCHIVED = new Set(['GLACIER', 'DEEP_ARCHIVE']);

/** @throws AwsError InvalidStorageClass */
export function storageClass(asked: string | undefined): string {
  if (asked === undefined) return 'STANDARD';
  if (!WRITABLE.has(asked)) throw invalidStorageClass(asked);
  return asked;
}

/** @throws AwsError InvalidObjectState: archived bytes need a restore first. */
export function checkReadable(stored: string): void {
  if (ARCHIVED.has(stored)) throw invalidObjectState(stored);
}

/** AWS leaves the header out for STANDARD. */
export function presentedStorageClass(stored: string): string | undefined {
  return stored === 'STANDARD' ? undefined : stored;
}
