import * as s3 from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { S3_NAMESPACE } from './protocols/rest-xml.ts';
import { ShapeCompiler } from './shapes.ts';
import { readXml } from './xml-reader.ts';

const compiler = new ShapeCompiler();
const root = (name: string, schema: unknown) => ({
  name,
  shape: compiler.structure(schema),
  namespaces: [S3_NAMESPACE],
});
const replication = root('ReplicationConfiguration', s3.ReplicationConfiguration$);
const deletion = root('Delete', s3.Delete$);
const acl = root('AccessControlPolicy', s3.AccessControlPolicy$);
const rule = (inside: string) =>
  `<ReplicationConfiguration><Role>r</Role><Rule><Status>Enabled</Status>${inside}<Destination><Bucket>b</Bucket></Destination></Rule></ReplicationConfiguration>`;
const read = (xml: string, target = replication) => readXml(Buffer.from(xml), target);

test('members in any order, lists flattened, entities, namespaces with and without a prefix', () => {
  expect(read(rule('<Priority> 7 </Priority><Filter><Prefix>a&amp;b</Prefix></Filter>'))).toEqual({
    Role: 'r',
    Rules: [{ Status: 'Enabled', Priority: 7, Filter: { Prefix: 'a&b' }, Destination: { Bucket: 'b' } }],
  });
  const prefixed = `<?xml version="1.0"?><x:Delete xmlns:x="${S3_NAMESPACE}"><x:Quiet>true</x:Quiet><x:Object><x:Key> &#x1F600;&#x1; </x:Key></x:Object></x:Delete>`;
  expect(read(prefixed, deletion)).toEqual({ Quiet: true, Objects: [{ Key: ' \u{1F600}\u0001 ' }] });
  expect(read('<Delete><Object><Key><![CDATA[<&]]></Key></Object><!-- note --></Delete>', deletion)).toEqual({
    Objects: [{ Key: '<&' }],
  });
});

test('an attribute that is a member', () => {
  const xml = `<AccessControlPolicy><AccessControlList><Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>i</ID></Grantee></Grant></AccessControlList></AccessControlPolicy>`;
  expect(read(xml, acl)).toEqual({ Grants: [{ Grantee: { Type: 'CanonicalUser', ID: 'i' } }] });
});

test.each([
  ['nothing', ''],
  ['no XML', 'hello'],
  ['another root', '<Other/>'],
  ['a root in another namespace', '<ReplicationConfiguration xmlns="urn:other"/>'],
  ['an unknown element', rule('<Unknown/>')],
  ['a known element in another namespace', rule('<Priority xmlns="urn:other">1</Priority>')],
  ['a scalar twice', rule('<Priority>1</Priority><Priority>2</Priority>')],
  ['a structure twice', rule('<Filter/><Filter/>')],
  ['an empty scalar twice', rule('<ID/><ID/>')],
  ['a number that is none', rule('<Priority>abc</Priority>')],
  ['a fraction', rule('<Priority>1.5</Priority>')],
  ['an empty number', rule('<Priority/>')],
  ['an element inside a scalar', rule('<ID><b/></ID>')],
  ['text between elements', rule('text')],
  ['a required member missing', '<ReplicationConfiguration><Role>r</Role></ReplicationConfiguration>'],
  ['an unknown attribute', rule('<ID lang="en">i</ID>')],
  ['a document type', `<!DOCTYPE a [<!ENTITY b "c">]>${rule('')}`],
  ['an undefined entity', rule('<ID>&b;</ID>')],
  ['a NUL', rule('<ID>&#0;</ID>')],
  ['trailing text', `${rule('')}x`],
  ['a second root', `${rule('')}${rule('')}`],
  ['an element left open', '<ReplicationConfiguration><Role>r</Role>'],
  ['an unbound prefix', '<a:ReplicationConfiguration/>'],
  ['another encoding', `<?xml version="1.0" encoding="UTF-16"?>${rule('')}`],
  ['20,000 nested elements', '<ReplicationConfiguration>'.repeat(20_000)],
  [
    '33 attributes',
    rule(`<ID ${Array.from({ length: 33 }, (_, at) => `xmlns:n${at}="u"`).join(' ')}>i</ID>`),
  ],
  ['a prototype', rule('<__proto__>x</__proto__>')],
])('refuses %s', (_title, xml) => {
  expect(() => read(xml)).toThrow(expect.objectContaining({ code: 'MalformedXML', status: 400 }));
});

test('refuses more elements than the largest document has', () => {
  const objects = (count: number) => `<Delete>${'<Object><Key>k</Key></Object>'.repeat(count)}</Delete>`;
  expect(read(objects(10_000), deletion)).toMatchObject({ Objects: { length: 10_000 } });
  expect(() => read(objects(100_000), deletion)).toThrow(expect.objectContaining({ code: 'MalformedXML' }));
});

test('refuses bytes that are not UTF-8', () => {
  const bytes = Buffer.concat([
    Buffer.from('<Delete><Object><Key>'),
    Buffer.from([0xff]),
    Buffer.from('</Key></Object></Delete>'),
  ]);
  expect(() => readXml(bytes, deletion)).toThrow(expect.objectContaining({ code: 'MalformedXML' }));
});
