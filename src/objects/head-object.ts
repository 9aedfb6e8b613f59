import type { Bucket } from '../buckets/bucket.ts';
import type { ObjectsContext } from './context.ts';
import { describeVersion } from './describe-version.ts';
import { lookupVersion } from './lookup.ts';
import type { FoundObject, ReadObjectOptions } from './read-object.ts';

/** Everything about an object but its bytes; the same answers and errors as `readObject`. */
export async function headObject(
  context: ObjectsContext,
  bucket: Bucket,
  options: ReadObjectOptions,
): Promise<FoundObject> {
  const found = await lookupVersion(context, bucket, options, false);
  return describeVersion(bucket, found, { method: 'HEAD', ...options });
}
