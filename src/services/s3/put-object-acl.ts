import { AwsError } from '../../errors/aws-error.ts';
import { methodNotAllowedOnMarker } from '../../errors/s3.ts';
import type { ObjectsContext } from '../../objects/context.ts';
import { headObject } from '../../objects/head-object.ts';
import { hidingWhatIsMissing } from './answers/found-object.ts';
import { checkPutAcl } from './rules/access-control-list.ts';
import type { S3Handler } from './s3-handler.ts';

/** Accepts what is so already: see rules/access-control-list.ts. */
export const PutObjectAcl =
  (objects: ObjectsContext): S3Handler<'PutObjectAcl'> =>
  async (input, call) => {
    const bucket = await objects.buckets.require(input.Bucket);
    checkPutAcl(call, bucket, input.AccessControlPolicy);
    const reading = headObject(objects, bucket, {
      key: input.Key,
      method: 'PUT',
      ...(input.VersionId === undefined ? {} : { versionId: input.VersionId }),
    }).catch(markerInTheWay);
    const { versionId } = await hidingWhatIsMissing(call, input.Bucket, reading);
    if (versionId !== undefined) call.response.headers['x-amz-version-id'] = versionId;
    return {};
  };

/** AWS answers 405 and not 404 when the latest version is a marker. */
function markerInTheWay(error: unknown): never {
  if (error instanceof AwsError && error.headers['x-amz-delete-marker'] === 'true') {
    throw methodNotAllowedOnMarker('PUT', error.headers['x-amz-version-id'] ?? 'null');
  }
  throw error;
}
