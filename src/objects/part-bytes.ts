import type { Row, Write } from '../store/kv/key-value-store.ts';
import { inlineBytes } from '../store/tables/inline-bytes.ts';
import { stampOfUploadId } from './find-upload.ts';

export interface PartName {
  readonly uploadId: string;
  readonly partNumber: number;
}

/** Sealed bytes of a part that is small enough to lie inline, beside those of versions: under the bucket's id with a
 * suffix that no id has, and the upload id where versions have their key. Completing moves them. */
const place = (bucketId: string, { uploadId, partNumber }: PartName) =>
  [`${bucketId}/uploads`, uploadId, stampOfUploadId(uploadId), partNumber] as const;

export const partBytes = {
  key: (bucketId: string, name: PartName): Buffer => inlineBytes.key(...place(bucketId, name)),
  put: (bucketId: string, name: PartName, sealed: Buffer): Write =>
    inlineBytes.put(...place(bucketId, name), sealed),
  delete: (bucketId: string, name: PartName): Write => inlineBytes.delete(...place(bucketId, name)),
  decode: (row: Pick<Row, 'value'>): Buffer => inlineBytes.decode(row),
};
