import type { Bucket } from '../buckets/bucket.ts';
import { invalidRequest, noSuchKey } from '../errors/s3.ts';
import type { ObjectVersion } from '../store/tables/rows.ts';
import type { ObjectsContext } from './context.ts';
import { type FoundVersion, lookupVersion } from './lookup.ts';
import { lastModifiedMs, shownVersionId } from './version-form.ts';

/** What is read from. `check` sees the version found and throws when a copy-source condition fails. */
export interface CopySourceOptions {
  readonly bucket: Bucket;
  readonly key: string;
  readonly versionId?: string;
  readonly check?: (version: ObjectVersion, lastModifiedMs: number) => void;
}

export interface FoundSource {
  readonly version: ObjectVersion;
  readonly found: FoundVersion;
}

/** @throws AwsError NoSuchKey, NoSuchVersion, InvalidRequest for a marker by its id, and what `check` throws */
export async function findCopySource(
  context: ObjectsContext,
  source: CopySourceOptions,
): Promise<FoundSource> {
  const found = await lookupVersion(context, source.bucket, source, false);
  const { row } = found;
  if (row.kind !== 'object') {
    if (source.versionId !== undefined) {
      throw invalidRequest(
        'The source of a copy request may not specifically refer to a delete marker by version id.',
      );
    }
    throw noSuchKey(source.key, {
      'x-amz-delete-marker': 'true',
      'x-amz-version-id': shownVersionId(row),
    });
  }
  source.check?.(row, lastModifiedMs(row));
  return { version: row, found };
}
