import { S3_NAMESPACE } from '../../../wire/protocols/rest-xml.ts';
import { escapeXml, XML_DECLARATION } from '../../../wire/xml-writer.ts';

/** A list written by hand: what it says of itself, in the order given and without what is undefined, then its entries. */
export function listDocument(
  root: string,
  summary: Readonly<Record<string, string | number | boolean | undefined>>,
  entries: string,
  commonPrefixes: readonly string[],
  encode: (text: string) => string,
): string {
  let xml = `${XML_DECLARATION}<${root} xmlns="${S3_NAMESPACE}">`;
  for (const name in summary) {
    const value = summary[name];
    if (value !== undefined) xml += `<${name}>${escapeXml(String(value))}</${name}>`;
  }
  xml += entries;
  for (const prefix of commonPrefixes) {
    xml += `<CommonPrefixes><Prefix>${escapeXml(encode(prefix))}</Prefix></CommonPrefixes>`;
  }
  return `${xml}</${root}>`;
}
