import type { ObjectsPage } from '../../../objects/list-objects.ts';
import { S3_NAMESPACE } from '../../../wire/protocols/rest-xml.ts';
import { escapeXml, XML_DECLARATION } from '../../../wire/xml-writer.ts';
import { canonicalId } from '../rules/canonical-id.ts';
import type { S3Output } from '../s3-handler.ts';
import { shownTimeText } from './shown-time.ts';

/** What a page says about itself: everything but its entries. */
export type ListSummary = Pick<
  S3Output<'ListObjectsV2'>,
  | 'Name'
  | 'Prefix'
  | 'StartAfter'
  | 'ContinuationToken'
  | 'NextContinuationToken'
  | 'KeyCount'
  | 'MaxKeys'
  | 'Delimiter'
  | 'EncodingType'
  | 'IsTruncated'
>;

/** The one answer written by hand: clients page through millions of entries, and the schema's writer takes six times as
 * long for them (a page of 100 keys). In AWS's order of elements.
 * @param owner account id, where the list shall name it */
export function listObjectsV2Document(
  summary: ListSummary,
  page: ObjectsPage,
  encode: (text: string) => string,
  owner: string | undefined,
): string {
  let xml = `${XML_DECLARATION}<ListBucketResult xmlns="${S3_NAMESPACE}">`;
  for (const [name, value] of Object.entries(summary)) {
    if (value !== undefined) xml += `<${name}>${escapeXml(String(value))}</${name}>`;
  }
  const shownOwner = owner === undefined ? '' : `<Owner><ID>${canonicalId(owner)}</ID></Owner>`;
  for (const { key, row, lastModifiedMs } of page.objects) {
    const { checksum } = row;
    xml += `<Contents><Key>${escapeXml(encode(key))}</Key><LastModified>${shownTimeText(lastModifiedMs)}</LastModified>`;
    xml += `<ETag>&quot;${row.etag}&quot;</ETag>`;
    if (checksum !== undefined) {
      xml += `<ChecksumAlgorithm>${checksum.algorithm}</ChecksumAlgorithm><ChecksumType>${checksum.type}</ChecksumType>`;
    }
    xml += `<Size>${row.size}</Size>${shownOwner}<StorageClass>${row.storageClass}</StorageClass></Contents>`;
  }
  for (const prefix of page.commonPrefixes) {
    xml += `<CommonPrefixes><Prefix>${escapeXml(encode(prefix))}</Prefix></CommonPrefixes>`;
  }
  return `${xml}</ListBucketResult>`;
}
