import type { Bucket } from '../buckets/bucket.ts';
import type { PartRow } from '../store/tables/parts.ts';
import type { ObjectsContext } from './context.ts';
import type { CopySourceOptions } from './copy-object.ts';

export interface UploadPartCopyOptions {
  readonly key: string;
  readonly uploadId: string;
  readonly partNumber: number;
  readonly source: CopySourceOptions;
  /** First and last byte, both inclusive, as x-amz-copy-source-range says; absent: the whole source. */
  readonly range?: { readonly first: number; readonly last: number; readonly asSent: string };
}

export interface CopiedPart {
  readonly part: PartRow;
  readonly sourceVersionId?: string;
}

export async function uploadPartCopy(
  context: ObjectsContext,
  bucket: Bucket,
  options: UploadPartCopyOptions,
): Promise<CopiedPart> {
  throw new Error(`not built ${context.site.siteId} ${bucket.row.name} ${options.key}`);
}
