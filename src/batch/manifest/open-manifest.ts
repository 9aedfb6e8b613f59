import { bucketOfArn } from '../../replication/configuration/arns.ts';
import type { JobRow, JobSource } from '../../store/tables/job-rows.ts';
import type { BatchContext } from '../context.ts';
import { JobFailure } from '../job-failure.ts';
import { type ReadAsRole, RoleObjectError, type RoleReading, readObjectAsRole } from '../role-objects.ts';
import { shownKey } from '../shown-key.ts';

export type GivenSource = Extract<JobSource, { kind: 'manifest' }>;

/** An object that a manifest is read from, opened. */
export interface OpenManifest extends ReadAsRole {
  /** In messages. */
  readonly name: string;
}

/** The object that the job names, if it still is the one that the job was made for.
 * @throws JobFailure */
export async function openManifest(
  context: BatchContext,
  job: JobRow,
  source: GivenSource,
): Promise<OpenManifest> {
  const place = placeOf(source);
  const opened = await openFile(context, job, place);
  const expected = source.etag.replaceAll('"', '');
  if (opened.etag !== expected) {
    throw new JobFailure(
      'ManifestETagMismatch',
      `The ETag of the manifest ${opened.name} is ${opened.etag}, not ${expected}.`,
    );
  }
  return opened;
}

/** Any object that belongs to a manifest.
 * @throws JobFailure */
export async function openFile(
  context: BatchContext,
  job: JobRow,
  place: RoleReading,
): Promise<OpenManifest> {
  try {
    const { stream, ...opened } = await readObjectAsRole(context, job, place);
    return { ...opened, stream: readWhole(stream), name: `${place.bucket}/${shownKey(place.key)}` };
  } catch (error) {
    throw error instanceof RoleObjectError ? readingFailure(error) : error;
  }
}

async function* readWhole(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* stream;
  } catch (error) {
    throw error instanceof RoleObjectError ? readingFailure(error) : error;
  }
}

function placeOf({ objectArn, objectVersionId }: GivenSource): RoleReading {
  const slash = objectArn.indexOf('/');
  const bucket = slash === -1 ? undefined : bucketOfArn(objectArn.slice(0, slash));
  if (bucket === undefined) {
    throw new JobFailure('ManifestNotFound', `${shownKey(objectArn)} is not the ARN of an object.`);
  }
  return {
    bucket,
    key: objectArn.slice(slash + 1),
    ...(objectVersionId === undefined ? {} : { versionId: objectVersionId }),
  };
}

function readingFailure(error: RoleObjectError): JobFailure {
  switch (error.kind) {
    case 'role-not-assumable':
      return new JobFailure('RoleNotAssumable', error.message, { cause: error });
    case 'denied':
    case 'owner-mismatch':
    case 'archived':
      return new JobFailure('ManifestAccessDenied', `The manifest cannot be read: ${error.message}.`, {
        cause: error,
      });
    case 'damaged':
      return new JobFailure('InvalidManifestContent', `The manifest cannot be read: ${error.message}.`, {
        cause: error,
      });
    case 'bucket-not-found':
    case 'not-found':
    case 'refused':
      return new JobFailure('ManifestNotFound', `The manifest cannot be found: ${error.message}.`, {
        cause: error,
      });
  }
}
