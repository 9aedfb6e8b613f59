import type { Bucket } from '../buckets/bucket.ts';
import type { ObjectsContext } from './context.ts';
import type { FoundObject, ReadObjectOptions } from './read-object.ts';

/** Everything about an object but its bytes; the same answers and errors as `readObject`. */
export async function headObject(
  context: ObjectsContext,
  bucket: Bucket,
  options: ReadObjectOptions,
): Promise<FoundObject> {
  throw new Error(`not built ${context.site.siteId} ${bucket.row.name} ${options.key}`);
}
