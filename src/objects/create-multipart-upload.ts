import type { Bucket } from '../buckets/bucket.ts';
import { ABSENT } from '../store/kv/key-value-store.ts';
import { type UploadRow, uploads } from '../store/tables/uploads.ts';
import { commitOnBucket } from './commit-on-bucket.ts';
import type { ObjectsContext } from './context.ts';
import { UPLOAD_ID_RANDOM_BYTES } from './find-upload.ts';
import type { NewObject } from './put-object.ts';
import { originOf } from './stamps.ts';
import { checkKey } from './version-form.ts';

export interface CreateMultipartUploadOptions extends NewObject {
  readonly initiator: UploadRow['initiator'];
  /** Absent: CRC64NVME over the whole object, whatever the parts carry ("null checksum mode"). */
  readonly checksum?: UploadRow['checksum'];
  readonly conditions?: UploadRow['conditions'];
}

/** @throws AwsError NoSuchBucket, KeyTooLongError */
export async function createMultipartUpload(
  context: ObjectsContext,
  bucket: Bucket,
  options: CreateMultipartUploadOptions,
): Promise<UploadRow> {
  const { key, tags, checksum, conditions = {} } = options;
  checkKey(key);
  const { site, stamps } = context;
  const stamp = stamps.next(site.clock.now(), originOf(site.siteId, bucket.row), undefined);
  const row: UploadRow = {
    uploadId: stamp + site.random.bytes(UPLOAD_ID_RANDOM_BYTES).toString('hex'),
    initiatedAtMs: site.clock.now(),
    owner: options.owner ?? bucket.row.owner,
    initiator: options.initiator,
    storageClass: options.storageClass ?? 'STANDARD',
    metadata: options.metadata ?? {},
    system: options.system ?? {},
    ...(tags === undefined || tags.length === 0 ? {} : { tags }),
    ...(checksum === undefined ? {} : { checksum }),
    encryption: 'AES256',
    ...(Object.keys(conditions).length === 0 ? {} : { conditions }),
  };
  await commitOnBucket(context, bucket, async (current) => {
    const { id } = current.row;
    return {
      checks: [uploads.check(ABSENT, id, key, row.uploadId)],
      writes: [uploads.put(row, id, key, row.uploadId)],
      result: row,
      happened: async () => {
        const [stored] = await current.region.store.get([uploads.key(id, key, row.uploadId)]);
        return stored !== undefined;
      },
    };
  });
  return row;
}
