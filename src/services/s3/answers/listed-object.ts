import { invalidArgument } from '../../../errors/s3.ts';
import type { ListedObject, ObjectsPage } from '../../../objects/list-objects.ts';
import type { S3Output } from '../s3-handler.ts';
import { ownerOf } from './owner.ts';
import { sdkWord } from './sdk-word.ts';
import { shownTime } from './shown-time.ts';
import { quoted } from './written-object.ts';

type Contents = NonNullable<S3Output<'ListObjectsV2'>['Contents']>;

/** Entries of ListObjects and ListObjectsV2. `owner`: account id, where the list shall name it. */
export function listedObjects(
  page: ObjectsPage,
  encode: (text: string) => string,
  owner: string | undefined,
): Contents {
  const shownOwner = owner === undefined ? undefined : { Owner: ownerOf(owner) };
  return page.objects.map((object) => ({ ...listedObject(object, encode), ...shownOwner }));
}

function listedObject(
  { key, row, lastModifiedMs }: ListedObject,
  encode: (text: string) => string,
): Contents[number] {
  return {
    Key: encode(key),
    LastModified: shownTime(lastModifiedMs),
    ETag: quoted(row.etag),
    ...(row.checksum === undefined
      ? {}
      : { ChecksumAlgorithm: [row.checksum.algorithm], ChecksumType: row.checksum.type }),
    Size: row.size,
    StorageClass: sdkWord(row.storageClass),
  };
}

/** RestoreStatus is shown of objects under restore only: there are none.
 * @throws AwsError InvalidArgument */
export function checkOptionalAttributes(header: string | undefined): void {
  for (const name of header?.split(',') ?? []) {
    if (name.trim() === 'RestoreStatus') continue;
    throw invalidArgument('Invalid attribute name specified', 'x-amz-optional-object-attributes', name);
  }
}
