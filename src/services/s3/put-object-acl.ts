import type { ObjectsContext } from '../../objects/context.ts';
import { requireObject } from '../../objects/require-object.ts';
import { hidingWhatIsMissing } from './answers/found-object.ts';
import { checkPutAcl } from './rules/access-control-list.ts';
import type { S3Handler } from './s3-handler.ts';

/** Accepts what is so already: see rules/access-control-list.ts. */
export const PutObjectAcl =
  (objects: ObjectsContext): S3Handler<'PutObjectAcl'> =>
  async (input, call) => {
    const bucket = await objects.buckets.require(input.Bucket);
    checkPutAcl(call, bucket, input.AccessControlPolicy);
    const reading = requireObject(objects, bucket, {
      key: input.Key,
      ...(input.VersionId === undefined ? {} : { versionId: input.VersionId }),
    });
    const { versionId } = await hidingWhatIsMissing(call, input.Bucket, reading);
    if (versionId !== undefined) call.response.headers['x-amz-version-id'] = versionId;
    return {};
  };
