import type { VersionsPage } from '../../../objects/list-versions.ts';
import { escapeXml } from '../../../wire/xml-writer.ts';
import { canonicalId } from '../rules/canonical-id.ts';
import { listDocument } from './list-document.ts';
import { shownTimeText } from './shown-time.ts';

/** Written by hand: AWS lists versions and delete markers in their one order, for which the SDK's model has no place. */
export function listObjectVersionsDocument(
  summary: Parameters<typeof listDocument>[1],
  page: VersionsPage,
  encode: (text: string) => string,
): string {
  let xml = '';
  for (const { key, row, versionId, latest, lastModifiedMs } of page.versions) {
    const identity =
      `<Key>${escapeXml(encode(key))}</Key><VersionId>${versionId}</VersionId><IsLatest>${latest}</IsLatest>` +
      `<LastModified>${shownTimeText(lastModifiedMs)}</LastModified>`;
    const owner = `<Owner><ID>${canonicalId(row.owner)}</ID></Owner>`;
    if (row.kind === 'delete-marker') {
      xml += `<DeleteMarker>${identity}${owner}</DeleteMarker>`;
      continue;
    }
    const { checksum } = row;
    xml += `<Version>${identity}<ETag>&quot;${row.etag}&quot;</ETag>`;
    if (checksum !== undefined) {
      xml += `<ChecksumAlgorithm>${checksum.algorithm}</ChecksumAlgorithm><ChecksumType>${checksum.type}</ChecksumType>`;
    }
    xml += `<Size>${row.size}</Size><StorageClass>${row.storageClass}</StorageClass>${owner}</Version>`;
  }
  return listDocument('ListVersionsResult', summary, xml, page.commonPrefixes, encode);
}
