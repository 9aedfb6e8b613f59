import { combinedStatus } from '../../objects/combined-status.ts';
import { lastModifiedMs } from '../../objects/version-form.ts';
import type { ManifestFilter } from '../../store/tables/job-rows.ts';
import type { DeliveryRow, ObjectVersion, VersionHead, VersionRow } from '../../store/tables/rows.ts';

/** What a filter asks of a version by itself (reference: s3-batch-replication 3.2): every member given must hold, and
 * inside a list any value does. What a delete marker does not have (a size, a class, encryption) no member matches. */
export function matchesVersion(filter: ManifestFilter, key: string, row: VersionHead): boolean {
  return matchesKey(filter, key) && matchesTime(filter, row) && matchesObject(filter, row);
}

function matchesKey({ keyPrefixes, keySuffixes, keySubstrings }: ManifestFilter, key: string): boolean {
  return (
    (keyPrefixes === undefined || keyPrefixes.some((prefix) => key.startsWith(prefix))) &&
    (keySuffixes === undefined || keySuffixes.some((suffix) => key.endsWith(suffix))) &&
    (keySubstrings === undefined || keySubstrings.some((part) => key.includes(part)))
  );
}

/** An open interval. */
function matchesTime({ createdAfterMs, createdBeforeMs }: ManifestFilter, row: VersionHead): boolean {
  const createdMs = lastModifiedMs(row);
  return (
    (createdAfterMs === undefined || createdMs > createdAfterMs) &&
    (createdBeforeMs === undefined || createdMs < createdBeforeMs)
  );
}

function matchesObject(filter: ManifestFilter, row: VersionHead): boolean {
  const {
    sizeGreaterThanBytes: greaterThan,
    sizeLessThanBytes: lessThan,
    storageClasses,
    encryption,
  } = filter;
  if (row.kind !== 'object') {
    return [greaterThan, lessThan, storageClasses, encryption].every((member) => member === undefined);
  }
  return (
    (greaterThan === undefined || row.size > greaterThan) &&
    (lessThan === undefined || row.size < lessThan) &&
    (storageClasses === undefined || storageClasses.includes(row.storageClass)) &&
    (encryption === undefined || isEncryptedAs(row, encryption))
  );
}

/** Every object here is sealed under SSE-S3. */
function isEncryptedAs(
  { encryption }: Pick<ObjectVersion, 'encryption'>,
  { kind }: NonNullable<ManifestFilter['encryption']>,
): boolean {
  return encryption === 'AES256' && kind === 'SSE-S3';
}

/** Whether a version's replication status is listed (reference: s3-batch-replication 3.3). A replica counts by its
 * origin, and as FAILED, too, where a change of its own could not be sent back. PENDING is in no list.
 * @param deliveries of this version, to all destinations */
export function matchesStatus(
  statuses: NonNullable<ManifestFilter['replicationStatuses']>,
  row: Pick<VersionRow, 'replica'>,
  deliveries: readonly DeliveryRow[],
): boolean {
  if (row.replica && statuses.includes('REPLICA')) return true;
  const status = combinedStatus(row.replica, deliveries) ?? 'NONE';
  return status !== 'PENDING' && statuses.includes(status);
}
