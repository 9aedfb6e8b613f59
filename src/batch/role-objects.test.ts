import { beforeEach, expect, it } from 'vitest';
import { inlineBytes } from '../store/tables/inline-bytes.ts';
import { jobRow, setBatchRolePolicy } from '../testing/batch-fixture.ts';
import { openManifestFixture } from '../testing/manifest-fixture.ts';
import { OTHER_ACCOUNT, rolePolicy, ruleTo } from '../testing/replication-fixture.ts';
import { readObjectAsRole, writeObjectAsRole } from './role-objects.ts';

let fixture: Awaited<ReturnType<typeof openManifestFixture>>;
beforeEach(async () => {
  fixture = await openManifestFixture();
});

const job = jobRow();
const write = (bucket: string, text = 'text', more: { expectedBucketOwner?: string } = {}) =>
  writeObjectAsRole(fixture.context, job, {
    bucket,
    key: 'folder/report.csv',
    body: { chunks: [Buffer.from(text)] },
    contentType: 'text/csv',
    ...more,
  });

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += chunk.toString();
  return text;
}

it('writes as any PUT does: sealed, versioned where the bucket is, and read back by either way', async () => {
  const first = await write('manifests', 'one');
  const second = await write('manifests', 'two');
  const stored = await fixture.s3.read('manifests', 'folder/report.csv');
  expect(stored).toMatchObject({ text: 'two', versionId: second.versionId });
  expect(stored?.version).toMatchObject({
    etag: second.etag,
    encryption: 'AES256',
    storageClass: 'STANDARD',
    system: { contentType: 'text/csv' },
  });
  const named = { bucket: 'manifests', key: 'folder/report.csv', versionId: first.versionId ?? '' };
  const { stream, ...read } = await readObjectAsRole(fixture.context, job, named);
  expect(await textOf(stream)).toBe('one');
  expect(read).toEqual({ etag: first.etag, size: 3, versionId: first.versionId });
});

it('names no version while the bucket was never versioned, and lies in any region', async () => {
  await fixture.s3.bucket('afar', { region: 'ap-south-1', versioned: false });
  expect(await write('afar')).toEqual({ etag: expect.any(String) as string });
  const place = { bucket: 'afar', key: 'folder/report.csv' };
  expect(await readObjectAsRole(fixture.context, job, place)).not.toHaveProperty('versionId');
});

it('is replicated by the rules of the bucket it is written into', async () => {
  const { s3, site, clock } = fixture;
  await s3.role(rolePolicy('manifests', ['destination']));
  await s3.replicate('manifests', ruleTo('destination'));
  const { versionId } = await write('manifests');
  for (const worker of site.workers) worker.start();
  await clock.advance(2_000);
  expect(await s3.status('destination', 'folder/report.csv', versionId)).toBe('REPLICA');
  await Promise.all(site.workers.map((worker) => worker.stop()));
});

it('passes a body of unknown length on as it comes', async () => {
  const chunk = Buffer.alloc(1024 ** 2, 'x');
  async function* chunks() {
    for (let count = 0; count < 9; count += 1) yield chunk;
  }
  await writeObjectAsRole(fixture.context, job, {
    bucket: 'manifests',
    key: 'large',
    body: { chunks: chunks() },
    contentType: 'text/csv',
  });
  const read = await readObjectAsRole(fixture.context, job, { bucket: 'manifests', key: 'large' });
  expect(read.size).toBe(9 * 1024 ** 2);
  let size = 0;
  for await (const part of read.stream) size += part.length;
  expect(size).toBe(read.size);
});

it('says what stands in the way', async () => {
  await expect(write('nowhere')).rejects.toMatchObject({ kind: 'bucket-not-found' });
  await expect(write('manifests', '', { expectedBucketOwner: OTHER_ACCOUNT })).rejects.toMatchObject({
    kind: 'owner-mismatch',
  });
  await setBatchRolePolicy(fixture.site, [
    { Effect: 'Allow', Action: 's3:PutObject', Resource: 'arn:aws:s3:::manifests/other/*' },
  ]);
  await expect(write('manifests')).rejects.toMatchObject({ kind: 'denied' });
});

it('lets a policy ask for the version that is read', async () => {
  const { versionId = '' } = await write('manifests');
  const { versionId: other = '' } = await write('manifests');
  const condition = { StringEquals: { 's3:versionid': versionId } };
  await setBatchRolePolicy(fixture.site, [
    { Effect: 'Allow', Action: 's3:GetObjectVersion', Resource: '*', Condition: condition },
  ]);
  const place = { bucket: 'manifests', key: 'folder/report.csv' };
  const { etag } = await readObjectAsRole(fixture.context, job, { ...place, versionId });
  expect(etag).toHaveLength(32);
  await expect(readObjectAsRole(fixture.context, job, { ...place, versionId: other })).rejects.toMatchObject({
    kind: 'denied',
  });
});

it('lets a policy ask for the tags of what is read', async () => {
  await write('manifests');
  await setBatchRolePolicy(fixture.site, [
    { Effect: 'Allow', Action: 's3:*', Resource: '*' },
    {
      Effect: 'Deny',
      Action: 's3:GetObject',
      Resource: '*',
      Condition: { StringEquals: { 's3:ExistingObjectTag/secret': 'yes' } },
    },
  ]);
  const place = { bucket: 'manifests', key: 'folder/report.csv' };
  await readObjectAsRole(fixture.context, job, place);
  await fixture.s3.tag('manifests', place.key, [['secret', 'yes']]);
  await expect(readObjectAsRole(fixture.context, job, place)).rejects.toMatchObject({ kind: 'denied' });
});

it('tells damaged bytes from trouble that may pass', async () => {
  const { site, region, context } = fixture;
  const place = { bucket: 'manifests', key: 'folder/report.csv' };
  await write('manifests');
  const { row } = await site.buckets.require('manifests');
  const small = await fixture.s3.read('manifests', place.key);
  const sealed = inlineBytes.put(row.id, place.key, small?.version.stamp ?? '', 0, Buffer.alloc(40, 1));
  await region.store.commit({ checks: [], writes: [sealed] });
  await expect(readObjectAsRole(context, job, place)).rejects.toMatchObject({ kind: 'damaged' });

  await write('manifests', 'x'.repeat(3 * 1024 ** 2));
  const read = await readObjectAsRole(context, job, place);
  const [blob] = (await fixture.s3.read('manifests', place.key))?.version.bytes ?? [];
  if (blob?.kind === 'file') await region.blobs.remove(blob.blob);
  await expect(textOf(read.stream)).rejects.toMatchObject({ kind: 'damaged' });
});
