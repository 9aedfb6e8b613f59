import type { Bucket } from '../buckets/bucket.ts';
import { AwsError } from '../errors/aws-error.ts';
import { methodNotAllowedOnMarker } from '../errors/s3.ts';
import type { ObjectsContext } from './context.ts';
import { headObject } from './head-object.ts';
import type { FoundObject } from './read-object.ts';

/** The object whose ACL is written. AWS answers 405 and not 404 where the latest version is a marker.
 * @throws AwsError NoSuchKey, NoSuchVersion, InvalidArgument (version id), MethodNotAllowed */
export async function requireObject(
  context: ObjectsContext,
  bucket: Bucket,
  name: { readonly key: string; readonly versionId?: string },
): Promise<FoundObject> {
  try {
    return await headObject(context, bucket, { ...name, method: 'PUT' });
  } catch (error) {
    if (error instanceof AwsError && error.headers['x-amz-delete-marker'] === 'true') {
      throw methodNotAllowedOnMarker('PUT', error.headers['x-amz-version-id'] ?? 'null');
    }
    throw error;
  }
}
