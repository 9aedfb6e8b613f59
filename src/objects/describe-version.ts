import type { Bucket } from '../buckets/bucket.ts';
import { invalidPartNumber, methodNotAllowedOnMarker, noSuchKey } from '../errors/s3.ts';
import type { ObjectVersion } from '../store/tables/rows.ts';
import { combinedStatus, type ReplicationStatus } from './combined-status.ts';
import type { FoundVersion } from './lookup.ts';
import type { ByteRange, FoundObject, ReadObjectOptions } from './read-object.ts';
import { lastModifiedMs, shownVersionId, versionIdHeader } from './version-form.ts';

/** What GET and HEAD say of the version that was found.
 * @throws AwsError NoSuchKey, MethodNotAllowed, InvalidPartNumber, and what `select` throws */
export function describeVersion(
  bucket: Bucket,
  found: FoundVersion,
  options: ReadObjectOptions,
): FoundObject {
  const version = requireObject(found, options, options.method ?? 'GET');
  const modifiedMs = lastModifiedMs(version);
  const selected = options.select?.(version, modifiedMs);
  const part = options.partNumber === undefined ? undefined : partRange(version, options.partNumber);
  const range = part ?? selected ?? { start: 0, end: version.size };
  return {
    version,
    lastModifiedMs: modifiedMs,
    ...versionIdHeader(bucket.row, version),
    tags: found.facets.tags?.value ?? [],
    ...statusOf(found),
    range,
    // A part of nothing is no range: there is no Content-Range of no bytes.
    partial: (part !== undefined && version.size > 0) || selected !== undefined,
    ...(part === undefined || version.parts === undefined ? {} : { partsCount: version.parts.length }),
  };
}

/** A marker is no object: as the newest version it means that there is none, by its id that the method is wrong. */
export function requireObject(
  found: FoundVersion,
  { key, versionId }: { readonly key: string; readonly versionId?: string },
  method: string,
): ObjectVersion {
  const { row } = found;
  if (row.kind === 'object') return row;
  const shown = shownVersionId(row);
  if (versionId !== undefined) throw methodNotAllowedOnMarker(method, shown);
  throw noSuchKey(key, { 'x-amz-delete-marker': 'true', 'x-amz-version-id': shown });
}

/** Part 1 of an object that is not from a multipart upload is all of it. */
function partRange({ parts, size }: ObjectVersion, partNumber: number): ByteRange {
  const count = parts?.length ?? 1;
  if (partNumber > count) throw invalidPartNumber(partNumber, count);
  if (parts === undefined) return { start: 0, end: size };
  let start = 0;
  for (const part of parts.slice(0, partNumber - 1)) start += part.size;
  return { start, end: start + (parts[partNumber - 1]?.size ?? 0) };
}

function statusOf({ row, deliveries }: FoundVersion): { replicationStatus?: ReplicationStatus } {
  if (!row.replica && deliveries.size === 0) return {};
  const replicationStatus = combinedStatus(
    row.replica,
    [...deliveries.values()].map((delivery) => delivery.row),
  );
  return replicationStatus === undefined ? {} : { replicationStatus };
}
