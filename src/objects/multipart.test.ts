import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Bucket } from '../buckets/bucket.ts';
import { checksumOf } from '../lib/checksums/index.ts';
import { partOf } from '../store/kv/key-space.ts';
import type { Commit } from '../store/kv/key-value-store.ts';
import { parts as partRows } from '../store/tables/parts.ts';
import type { ChecksumAlgorithm } from '../store/tables/rows.ts';
import type { UploadRow } from '../store/tables/uploads.ts';
import { bodyOf, bytesOf, countersAndRows, objectsBench } from '../testing/objects-bench.ts';
import { abortMultipartUpload } from './abort-multipart-upload.ts';
import { applyReplica } from './apply-replica.ts';
import { completeMultipartUpload } from './complete-multipart-upload.ts';
import type { NamedPart } from './completed-parts.ts';
import { copyObject } from './copy-object.ts';
import { createMultipartUpload } from './create-multipart-upload.ts';
import { deleteBucket } from './delete-bucket.ts';
import { deleteObject } from './delete-object.ts';
import { PART_BYTES_MIN } from './limits.ts';
import { listMultipartUploads } from './list-multipart-uploads.ts';
import { listParts } from './list-parts.ts';
import { openBytes } from './open-bytes.ts';
import { putObject } from './put-object.ts';
import { readObject } from './read-object.ts';
import { uploadPart } from './upload-part.ts';
import { uploadPartCopy } from './upload-part-copy.ts';

const initiator = { id: 'arn:aws:iam::111122223333:root', displayName: 'root' };
const FIRST = Buffer.alloc(PART_BYTES_MIN, 1);
const LAST = Buffer.from('the small last part, which lies inline');

async function begun(checksum?: UploadRow['checksum'], versioning?: 'Enabled') {
  const bench = await objectsBench();
  const bucket = await bench.bucket('multipart', versioning);
  const upload = await createMultipartUpload(bench.context, bucket, {
    key: 'k',
    initiator,
    tags: [['a', 'b']],
    metadata: { colour: 'blue' },
    ...(checksum === undefined ? {} : { checksum }),
  });
  const { uploadId } = upload;
  const send = (partNumber: number, bytes: Buffer) =>
    uploadPart(bench.context, bucket, { key: 'k', uploadId, partNumber, body: bodyOf(bytes) });
  const complete = (named: NamedPart[], more = {}) =>
    completeMultipartUpload(bench.context, bucket, { key: 'k', uploadId, parts: named, ...more });
  return { bench, context: bench.context, bucket, uploadId, send, complete };
}

const md5 = (bytes: Buffer | string) => createHash('md5').update(bytes).digest();

describe('a multipart upload', () => {
  test('becomes one object, with tags, metadata, ETag and the checksum of the whole', async () => {
    const { bench, context, bucket, uploadId, send, complete } = await begun();
    const [first, last] = [await send(2, FIRST), await send(7, LAST)];
    const unused = await send(9, Buffer.alloc(20_000));
    expect(unused.bytes?.kind).toBe('file');
    const page = await listParts(context, bucket, { key: 'k', uploadId, partsMax: 2 });
    expect(page).toMatchObject({ truncated: true, parts: [{ partNumber: 2 }, { partNumber: 7 }] });
    const named = [
      { partNumber: 2, etag: `"${first.etag}"` },
      { partNumber: 7, etag: last.etag },
    ];
    const { version } = await complete(named, { objectSize: FIRST.length + LAST.length });
    const whole = Buffer.concat([FIRST, LAST]);
    expect(version.etag).toBe(`${md5(Buffer.concat([md5(FIRST), md5(LAST)])).toString('hex')}-2`);
    const crc = checksumOf('CRC64NVME', whole).toString('base64');
    expect(version.checksum).toEqual({ algorithm: 'CRC64NVME', type: 'FULL_OBJECT', value: crc });
    const found = await readObject(context, bucket, { key: 'k' });
    expect(whole.equals(await bytesOf(found.body))).toBe(true);
    expect(found).toMatchObject({ tags: [['a', 'b']], version: { metadata: { colour: 'blue' } } });
    const part = await readObject(context, bucket, { key: 'k', partNumber: 2 });
    expect(part).toMatchObject({ partial: true, partsCount: 2 });
    expect(await bytesOf(part.body)).toEqual(LAST);
    const range = { start: FIRST.length - 3, end: FIRST.length + 3 };
    const across = await readObject(context, bucket, { key: 'k', select: () => range });
    expect(await bytesOf(across.body)).toEqual(whole.subarray(range.start, range.end));
    await expect(complete(named)).rejects.toMatchObject({ code: 'NoSuchUpload' });
    expect(await bench.region.store.range(partRows.range(bucket.row.id))).toEqual([]);
    const { counters, rows } = await countersAndRows(bench, bucket);
    expect(counters).toEqual(rows);
    expect(whole.equals(await replicated(bench, bucket))).toBe(true);
  });

  test('is refused when its parts are not what was uploaded', async () => {
    const { send, complete } = await begun();
    const small = await send(1, LAST);
    const other = await send(2, LAST);
    const one = { partNumber: 1, etag: small.etag };
    const two = { partNumber: 2, etag: other.etag };
    await expect(complete([])).rejects.toMatchObject({ code: 'InvalidRequest' });
    await expect(complete([two, one])).rejects.toMatchObject({ code: 'InvalidPartOrder' });
    await expect(complete([one, two])).rejects.toMatchObject({ code: 'EntityTooSmall' });
    await expect(complete([{ partNumber: 3, etag: small.etag }])).rejects.toMatchObject({
      code: 'InvalidPart',
    });
    await expect(complete([{ ...one, etag: 'x' }])).rejects.toMatchObject({ code: 'InvalidPart' });
    await expect(complete([one], { objectSize: 5 })).rejects.toMatchObject({ code: 'InvalidRequest' });
    await expect(complete([one], { checksumType: 'FULL_OBJECT' })).rejects.toMatchObject({
      code: 'InvalidRequest',
    });
  });

  test('without an algorithm takes of a part’s checksums only the one that its upload answered', async () => {
    const { send, complete } = await begun();
    const { etag, checksum } = await send(1, LAST);
    expect(checksum?.algorithm).toBe('CRC64NVME');
    const naming = (name: ChecksumAlgorithm, value = '') =>
      complete([{ partNumber: 1, etag, checksums: new Map([[name, value]]) }]);
    await expect(naming('CRC64NVME', 'AAAAAAAAAAA=')).rejects.toMatchObject({ code: 'InvalidPart' });
    const sha = checksumOf('SHA256', LAST).toString('base64');
    await expect(naming('SHA256', sha)).rejects.toMatchObject({ code: 'InvalidPart' });
    expect((await naming('CRC64NVME', checksum?.value)).version.checksum).toMatchObject({
      type: 'FULL_OBJECT',
      value: checksum?.value,
    });
  });

  test('COMPOSITE wants and checks the checksum of each part', async () => {
    const { send, complete } = await begun({ algorithm: 'SHA256', type: 'COMPOSITE' });
    const first = await send(1, FIRST);
    const last = await send(2, LAST);
    const plain = [first, last].map(({ etag }, index) => ({ partNumber: index + 1, etag }));
    await expect(complete(plain)).rejects.toMatchObject({ code: 'InvalidRequest' });
    const wrong = plain.map((part) => ({ ...part, checksums: new Map([['SHA256' as const, 'AAAA']]) }));
    await expect(complete(wrong)).rejects.toMatchObject({ code: 'InvalidPart' });
    const named = [first, last].map(({ etag, checksum }, index) => ({
      partNumber: index + 1,
      etag,
      checksums: new Map([['SHA256' as const, checksum?.value ?? '']]),
    }));
    const { version } = await complete(named);
    const digests = [FIRST, LAST].map((bytes) => createHash('sha256').update(bytes).digest());
    const composite = createHash('sha256').update(Buffer.concat(digests)).digest('base64');
    expect(version.checksum).toEqual({ algorithm: 'SHA256', type: 'COMPOSITE', value: `${composite}-2` });
  });

  test('a part sent again replaces the first, whose bytes become garbage', async () => {
    const { bench, context, bucket, uploadId, send, complete } = await begun();
    await send(1, Buffer.alloc(30_000, 1));
    const second = await send(1, Buffer.alloc(30_000, 2));
    await complete([{ partNumber: 1, etag: second.etag }]);
    const found = await readObject(context, bucket, { key: 'k' });
    expect((await bytesOf(found.body)).every((byte) => byte === 2)).toBe(true);
    expect(bench.blobs.files.size).toBe(2);
    await expect(abortMultipartUpload(context, bucket, { key: 'k', uploadId })).rejects.toMatchObject({
      code: 'NoSuchUpload',
    });
  });

  test('a small part sent again deletes the bytes of the first: the store frees only what is deleted', async () => {
    const { bench, send } = await begun();
    const { store } = bench.region;
    const commits: Commit[] = [];
    const commit = store.commit.bind(store);
    store.commit = (what) => {
      commits.push(what);
      return commit(what);
    };
    await send(1, LAST);
    await send(1, Buffer.from('another'));
    const ofBytes = commits.map(({ writes }) => writes.filter(({ key }) => partOf(key) === 'bytes'));
    expect(ofBytes.map((writes) => writes.map(({ kind }) => kind))).toEqual([['put'], ['delete', 'put']]);
  });

  test('completions and parts at once end in one object and no leftover part', async () => {
    const { bench, context, bucket, send, complete } = await begun(undefined, 'Enabled');
    const first = await send(1, FIRST);
    const outcomes = await Promise.allSettled([
      complete([{ partNumber: 1, etag: first.etag }]),
      send(2, LAST),
      complete([{ partNumber: 1, etag: first.etag }]),
      send(3, LAST),
    ]);
    const completed = [outcomes[0], outcomes[2]].filter(({ status }) => status === 'fulfilled');
    expect(completed).toHaveLength(1);
    expect(await bench.region.store.range(partRows.range(bucket.row.id))).toEqual([]);
    expect((await readObject(context, bucket, { key: 'k' })).version.size).toBe(FIRST.length);
  });

  test('a part that comes between reading the parts and the commit does not stay behind', async () => {
    const { bench, context, bucket, send, complete } = await begun();
    const first = await send(1, LAST);
    const { store } = bench.region;
    const commit = store.commit.bind(store);
    store.commit = async (attempt) => {
      store.commit = commit;
      await send(2, Buffer.alloc(20_000));
      return commit(attempt);
    };
    await complete([{ partNumber: 1, etag: first.etag }]);
    expect(await store.range(partRows.range(bucket.row.id))).toEqual([]);
    expect((await readObject(context, bucket, { key: 'k' })).version.size).toBe(LAST.length);
  });

  test('conditions: what changed since the upload began is a conflict', async () => {
    const { bench, context, bucket, send, complete } = await begun(undefined, 'Enabled');
    const { etag } = await send(1, LAST);
    const parts = [{ partNumber: 1, etag }];
    const ifNoneMatch = { conditions: { ifNoneMatch: '*' } };
    await bench.clock.advance(5);
    await putObject(context, bucket, { key: 'k', body: bodyOf('meanwhile') });
    await expect(complete(parts, ifNoneMatch)).rejects.toMatchObject({ code: 'PreconditionFailed' });
    const current = md5('meanwhile').toString('hex');
    await expect(complete(parts, { conditions: { ifMatch: current } })).rejects.toMatchObject({
      code: 'ConditionalRequestConflict',
    });
    await deleteObject(context, bucket, { key: 'k' });
    await expect(complete(parts, ifNoneMatch)).rejects.toMatchObject({ code: 'ConditionalRequestConflict' });
    await complete(parts);
  });
});

test('uploads are listed by key and age, with delimiter and pages, until they end', async () => {
  const bench = await objectsBench();
  const { context } = bench;
  const bucket = await bench.bucket('uploads');
  const ids: string[] = [];
  for (const key of ['b/1', 'a', 'a', 'b/2', 'c']) {
    const { uploadId } = await createMultipartUpload(context, bucket, { key, initiator });
    ids.push(uploadId);
  }
  const all = await listMultipartUploads(context, bucket, { uploadsMax: 10 });
  expect(all.uploads.map(({ key }) => key)).toEqual(['a', 'a', 'b/1', 'b/2', 'c']);
  expect(all.uploads.slice(0, 2).map(({ row }) => row.uploadId)).toEqual([ids[1], ids[2]]);
  const first = await listMultipartUploads(context, bucket, { uploadsMax: 1 });
  const rest = await listMultipartUploads(context, bucket, { uploadsMax: 2, delimiter: '/', ...first.next });
  expect(rest).toMatchObject({ uploads: [{ key: 'a' }], commonPrefixes: ['b/'], next: { keyMarker: 'b/' } });
});

test('uploads in progress end with their bucket, and go on where it is not empty', async () => {
  const bench = await objectsBench();
  const { context } = bench;
  const bucket = await bench.bucket('uploads');
  await putObject(context, bucket, { key: 'k', body: bodyOf('object') });
  const inProgress = await Promise.all(
    Array.from({ length: 250 }, (_unused, index) =>
      createMultipartUpload(context, bucket, { key: `k${index % 7}`, initiator }),
    ),
  );
  const [{ uploadId } = { uploadId: '' }] = inProgress;
  await uploadPart(context, bucket, { key: 'k0', uploadId, partNumber: 1, body: bodyOf(FIRST) });
  await expect(deleteBucket(context, bucket)).rejects.toMatchObject({ code: 'BucketNotEmpty' });
  const { uploads } = await listMultipartUploads(context, bucket, { uploadsMax: 1000 });
  expect(uploads).toHaveLength(inProgress.length);
  await deleteObject(context, bucket, { key: 'k' });
  await deleteBucket(context, bucket);
  expect(await context.buckets.find('uploads')).toBeUndefined();
  const { start, end } = partRows.range(uploadId);
  expect(await bench.region.store.range({ start, end })).toEqual([]);
});

test('copies own their bytes, and a copied part may be a range', async () => {
  const bench = await objectsBench();
  const { context } = bench;
  const source = await bench.bucket('source', 'Enabled');
  const bucket = await bench.bucket('target');
  const bytes = Buffer.alloc(50_000, 'abc');
  const original = await putObject(context, source, {
    key: 'k',
    body: bodyOf(bytes),
    tags: [['t', '1']],
    metadata: { m: '1' },
    system: { contentType: 'text/plain', websiteRedirectLocation: '/elsewhere' },
    storageClass: 'STANDARD_IA',
  });
  const copied = await copyObject(context, bucket, { source: { bucket: source, key: 'k' }, key: 'copy' });
  expect(copied).toMatchObject({
    sourceVersionId: original.version.versionId,
    version: {
      etag: original.version.etag,
      metadata: { m: '1' },
      system: { contentType: 'text/plain' },
      storageClass: 'STANDARD',
    },
  });
  expect(copied.version.system.websiteRedirectLocation).toBeUndefined();
  await deleteObject(context, source, { key: 'k', versionId: original.version.versionId });
  const found = await readObject(context, bucket, { key: 'copy' });
  expect(await bytesOf(found.body)).toEqual(bytes);
  expect(found.tags).toEqual([['t', '1']]);

  const { uploadId } = await createMultipartUpload(context, bucket, { key: 'm', initiator });
  const range = { first: 3, last: 5, asSent: 'bytes=3-5' };
  const name = { key: 'm', uploadId, partNumber: 1, source: { bucket, key: 'copy' } };
  const { part } = await uploadPartCopy(context, bucket, { ...name, range });
  expect(part).toMatchObject({ size: 3, etag: md5('abc').toString('hex') });
  const past = { first: 0, last: 50_000, asSent: 'bytes=0-50000' };
  await expect(uploadPartCopy(context, bucket, { ...name, range: past })).rejects.toMatchObject({
    code: 'InvalidArgument',
  });
});

/** The bytes of the replica of `k`, whose part layout must be the source's. */
async function replicated(bench: Awaited<ReturnType<typeof objectsBench>>, source: Bucket): Promise<Buffer> {
  const { context } = bench;
  const target = await bench.bucket('replica', 'Enabled');
  const { version } = await readObject(context, source, { key: 'k' });
  const outcome = await applyReplica(context, target, {
    key: 'k',
    version,
    facets: {},
    openBytes: () => openBytes(context, source, 'k', version),
  });
  expect(outcome).toEqual({ outcome: 'applied' });
  const replica = await readObject(context, target, { key: 'k' });
  expect({ ...replica.version, bytes: [] }).toEqual({ ...version, replica: true, bytes: [] });
  return bytesOf(replica.body);
}
