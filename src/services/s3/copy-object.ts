import { copyOntoItself, invalidArgument } from '../../errors/s3.ts';
import type { ObjectsContext } from '../../objects/context.ts';
import { copyObject } from '../../objects/copy-object.ts';
import type { CopySource } from '../../wire/copy-source.ts';
import { copySource } from '../../wire/copy-source.ts';
import { copiedTagsRequirements } from './access-objects.ts';
import { checksumMembers } from './answers/checksum-members.ts';
import { hidingWhatIsMissing, lastModified } from './answers/found-object.ts';
import { copiedVersionId, quoted } from './answers/written-object.ts';
import { copySourceOptions } from './rules/copy-source-options.ts';
import { checksumAlgorithm } from './rules/multipart-checksum.ts';
import { checkWriteHeaders, systemMetadata, websiteRedirect } from './rules/new-object.ts';
import { storageClass } from './rules/storage-class.ts';
import { taggingHeader } from './rules/tag-set.ts';
import { storedMetadata } from './rules/user-metadata.ts';
import { writeConditions } from './rules/write-conditions.ts';
import type { S3Call, S3Handler, S3Input } from './s3-handler.ts';

const ANNOTATION_DIRECTIVE = 'x-amz-object-annotation-directive';

export const CopyObject =
  (objects: ObjectsContext): S3Handler<'CopyObject'> =>
  async (input, call) => {
    const { headers } = call;
    const source = copySource(input.CopySource);
    const bucket = await objects.buckets.require(input.Bucket);
    checkWriteHeaders(call, bucket);
    const replacesMetadata = directive('metadata', headers['x-amz-metadata-directive']) === 'REPLACE';
    const replacesTags = directive('tagging', headers['x-amz-tagging-directive']) === 'REPLACE';
    checkAnnotationDirective(headers);
    refuseCopyOntoItself(source, input, call, replacesMetadata);
    const redirect = websiteRedirect(headers);
    const conditions = writeConditions(headers);
    const algorithm =
      input.ChecksumAlgorithm === undefined ? undefined : checksumAlgorithm(input.ChecksumAlgorithm);
    const copying = copyObject(objects, bucket, {
      source: await copySourceOptions(objects, source, call),
      key: input.Key,
      storageClass: storageClass(headers['x-amz-storage-class']),
      ...(replacesMetadata
        ? {
            replaceMetadata: {
              metadata: storedMetadata(input.Metadata),
              system: systemMetadata(input, headers),
            },
          }
        : {}),
      // Tags that travel along need rights of their own on both sides.
      ...(replacesTags
        ? { replaceTags: taggingHeader(headers['x-amz-tagging']) }
        : { permitTags: () => call.authorise(copiedTagsRequirements(source, input)) }),
      ...(redirect === undefined ? {} : { websiteRedirectLocation: redirect }),
      ...(algorithm === undefined ? {} : { algorithm }),
      ...(conditions === undefined ? {} : { conditions }),
    });
    const copied = await hidingWhatIsMissing(call, source.bucket, copying);
    const { version, sourceVersionId } = copied;
    return {
      CopyObjectResult: {
        ETag: quoted(version.etag),
        LastModified: lastModified(version),
        ...checksumMembers(version.checksum),
      },
      ServerSideEncryption: version.encryption,
      ...copiedVersionId(copied),
      ...(sourceVersionId === undefined ? {} : { CopySourceVersionId: sourceVersionId }),
    };
  };

function directive(kind: 'metadata' | 'tagging', value: string | undefined): 'COPY' | 'REPLACE' {
  if (value === undefined || value === 'COPY') return 'COPY';
  if (value === 'REPLACE') return 'REPLACE';
  throw invalidArgument(`Unknown ${kind} directive.`, `x-amz-${kind}-directive`, value);
}

/** No object here has annotations: both directives copy the same. */
function checkAnnotationDirective({ [ANNOTATION_DIRECTIVE]: value }: S3Call['headers']): void {
  if (value === undefined || value === 'COPY' || value === 'EXCLUDE') return;
  throw invalidArgument('Unknown annotation directive.', ANNOTATION_DIRECTIVE, value);
}

/** An older version may be copied over the current one: that changes the object. */
function refuseCopyOntoItself(
  source: CopySource,
  input: S3Input<'CopyObject'>,
  { headers }: S3Call,
  replacesMetadata: boolean,
): void {
  if (source.bucket !== input.Bucket || source.key !== input.Key || source.versionId !== undefined) return;
  if (
    replacesMetadata ||
    headers['x-amz-storage-class'] !== undefined ||
    headers['x-amz-server-side-encryption'] !== undefined ||
    headers['x-amz-website-redirect-location'] !== undefined
  ) {
    return;
  }
  throw copyOntoItself();
}
