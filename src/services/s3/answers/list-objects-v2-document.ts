import type { ObjectsPage } from '../../../objects/list-objects.ts';
import { escapeXml } from '../../../wire/xml-writer.ts';
import { canonicalId } from '../rules/canonical-id.ts';
import { listDocument } from './list-document.ts';
import { shownTimeText } from './shown-time.ts';

/** Written by hand: clients page through millions of entries, and the schema's writer takes six times as long for them (a
 * page of 100 keys). In AWS's order of elements.
 * @param owner account id, where the list shall name it */
export function listObjectsV2Document(
  summary: Parameters<typeof listDocument>[1],
  page: ObjectsPage,
  encode: (text: string) => string,
  owner: string | undefined,
): string {
  const shownOwner = owner === undefined ? '' : `<Owner><ID>${canonicalId(owner)}</ID></Owner>`;
  let xml = '';
  for (const { key, row, lastModifiedMs } of page.objects) {
    const { checksum } = row;
    xml += `<Contents><Key>${escapeXml(encode(key))}</Key><LastModified>${shownTimeText(lastModifiedMs)}</LastModified>`;
    xml += `<ETag>&quot;${row.etag}&quot;</ETag>`;
    if (checksum !== undefined) {
      xml += `<ChecksumAlgorithm>${checksum.algorithm}</ChecksumAlgorithm><ChecksumType>${checksum.type}</ChecksumType>`;
    }
    xml += `<Size>${row.size}</Size>${shownOwner}<StorageClass>${row.storageClass}</StorageClass></Contents>`;
  }
  return listDocument('ListBucketResult', summary, xml, page.commonPrefixes, encode);
}
