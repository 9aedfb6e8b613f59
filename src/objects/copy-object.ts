import type { Bucket } from '../buckets/bucket.ts';
import type { ChecksumAlgorithm, ObjectVersion } from '../store/tables/rows.ts';
import type { WriteConditions } from './conditions.ts';
import type { ObjectsContext } from './context.ts';
import type { NewObject, WrittenObject } from './put-object.ts';

/** What is read from. `check` sees the version found and throws when a copy-source condition fails. */
export interface CopySourceOptions {
  readonly bucket: Bucket;
  readonly key: string;
  readonly versionId?: string;
  readonly check?: (version: ObjectVersion, lastModifiedMs: number) => void;
}

export interface CopyObjectOptions {
  readonly source: CopySourceOptions;
  readonly key: string;
  readonly owner?: string;
  /** Present for the directive REPLACE: used instead of the source's. */
  readonly replaceMetadata?: Required<Pick<NewObject, 'metadata' | 'system'>>;
  /** Present for the tagging directive REPLACE. */
  readonly replaceTags?: Required<Pick<NewObject, 'tags'>>['tags'];
  /** STANDARD where absent, as at AWS. */
  readonly storageClass?: string;
  /** Never copied, whatever the directive says. */
  readonly websiteRedirectLocation?: string;
  /** The source's where absent. */
  readonly algorithm?: ChecksumAlgorithm;
  readonly conditions?: WriteConditions;
}

export interface CopiedObject extends WrittenObject {
  /** x-amz-copy-source-version-id; absent while the source bucket was never versioned. */
  readonly sourceVersionId?: string;
}

/** @throws AwsError as reading and putting do; InvalidRequest for a marker by id or a source above 5 GiB */
export async function copyObject(
  context: ObjectsContext,
  bucket: Bucket,
  options: CopyObjectOptions,
): Promise<CopiedObject> {
  throw new Error(`not built ${context.site.siteId} ${bucket.row.name} ${options.key}`);
}
