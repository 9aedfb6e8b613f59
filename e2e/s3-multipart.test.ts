import { createHash } from 'node:crypto';
import * as s3 from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { refusal, refusedWith, s3Fixture, unlisted } from './s3-answers.ts';

const fixture = s3Fixture();
const MIB = 1024 * 1024;
const PART = Buffer.alloc(5 * MIB, 'a');

type Create = Omit<s3.CreateMultipartUploadCommandInput, 'Bucket' | 'Key'>;
type Complete = Omit<s3.CompleteMultipartUploadCommandInput, 'Bucket' | 'Key' | 'UploadId'>;

async function upload(create: Create = {}, versioning?: 'Enabled') {
  const on = { Bucket: await fixture.bucket(versioning), Key: 'key' };
  const created = await fixture.client.send(new s3.CreateMultipartUploadCommand({ ...on, ...create }));
  const of = { ...on, UploadId: created.UploadId ?? '' };
  return {
    on,
    of,
    created,
    part: (PartNumber: number, Body: string | Buffer, more: Partial<s3.UploadPartCommandInput> = {}) =>
      fixture.client.send(new s3.UploadPartCommand({ ...of, PartNumber, Body, ...more })),
    complete: (Parts: s3.CompletedPart[], more: Complete = {}) =>
      fixture.client.send(
        new s3.CompleteMultipartUploadCommand({ ...of, MultipartUpload: { Parts }, ...more }),
      ),
  };
}

/** As CompleteMultipartUpload names it, checksums and all. */
function named(PartNumber: number, answer: s3.UploadPartCommandOutput): s3.CompletedPart {
  const { $metadata: _metadata, ServerSideEncryption: _encryption, ...part } = answer;
  return { PartNumber, ...part };
}

describe('an upload', () => {
  it('becomes one object, with a checksum nobody asked for', async () => {
    const { on, of, created, part, complete } = await upload(
      { Metadata: { a: 'b' }, Tagging: 't=1', StorageClass: 'STANDARD_IA' },
      'Enabled',
    );
    expect(created).toMatchObject({ ...on, ServerSideEncryption: 'AES256' });
    expect(created.ChecksumAlgorithm).toBeUndefined();
    const first = await part(1, PART);
    const third = await part(3, 'end');
    expect(first.ServerSideEncryption).toBe('AES256');
    const answer = await complete([
      { PartNumber: 1, ETag: first.ETag ?? '' },
      { PartNumber: 3, ETag: third.ETag ?? '' },
    ]);
    expect(answer).toMatchObject({ ...on, ServerSideEncryption: 'AES256', ChecksumType: 'FULL_OBJECT' });
    expect(answer.Location).toBe(`${fixture.server.endpoint}/${on.Bucket}/key`);
    expect(answer.ETag).toMatch(/^"[0-9a-f]{32}-2"$/);
    expect(answer.ChecksumCRC64NVME).toBeTypeOf('string');
    expect(answer.VersionId).toMatch(/^.{32}$/);
    const { Body, ...read } = await fixture.client.send(new s3.GetObjectCommand(on));
    expect(read).toMatchObject({ Metadata: { a: 'b' }, TagCount: 1, StorageClass: 'STANDARD_IA' });
    const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
    expect(bytes.equals(Buffer.concat([PART, Buffer.from('end')]))).toBe(true);
    const second = await fixture.client.send(new s3.GetObjectCommand({ ...on, PartNumber: 2 }));
    expect(second).toMatchObject({
      PartsCount: 2,
      ContentRange: `bytes ${5 * MIB}-${5 * MIB + 2}/${5 * MIB + 3}`,
    });
    expect(await second.Body?.transformToString()).toBe('end');
    expect(
      await refusal(fixture.client.send(new s3.GetObjectCommand({ ...on, PartNumber: 3 }))),
    ).toMatchObject({
      status: 416,
      code: 'InvalidPartNumber',
      fields: { PartNumberRequested: '3', ActualPartCount: '2' },
    });
    expect(await refusal(fixture.client.send(new s3.ListPartsCommand(of)))).toMatchObject({
      code: 'NoSuchUpload',
    });
  });

  it('no customer key opens what has none', async () => {
    const { of } = await upload();
    const key = { SSECustomerAlgorithm: 'AES256', SSECustomerKey: 'k'.repeat(32) };
    expect(await refusal(fixture.client.send(new s3.ListPartsCommand({ ...of, ...key })))).toMatchObject({
      status: 400,
      message: 'The encryption parameters are not applicable to this object.',
    });
  });

  it('unknown, aborted or of another key', async () => {
    const { of } = await upload();
    const expected = {
      status: 404,
      code: 'NoSuchUpload',
      message:
        'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    };
    const sends = [
      (on: typeof of) => fixture.client.send(new s3.UploadPartCommand({ ...on, PartNumber: 1, Body: 'x' })),
      (on: typeof of) => fixture.client.send(new s3.ListPartsCommand(on)),
      (on: typeof of) => fixture.client.send(new s3.AbortMultipartUploadCommand(on)),
      (on: typeof of) =>
        fixture.client.send(
          new s3.CompleteMultipartUploadCommand({
            ...on,
            MultipartUpload: { Parts: [{ PartNumber: 1, ETag: 'x' }] },
          }),
        ),
    ];
    for (const send of sends) {
      expect(await refusal(send({ ...of, UploadId: 'unknown' }))).toMatchObject({
        ...expected,
        fields: { UploadId: 'unknown' },
      });
      expect(await refusal(send({ ...of, Key: 'other' }))).toMatchObject(expected);
    }
    const abort = await fixture.client.send(new s3.AbortMultipartUploadCommand(of));
    expect(abort.$metadata.httpStatusCode).toBe(204);
    for (const send of sends) expect(await refusal(send(of))).toMatchObject(expected);
  });

  it.each([0, 10_001])('part number %d', async (number) => {
    const { part } = await upload();
    expect(await refusal(part(number, 'x'))).toMatchObject({
      status: 400,
      code: 'InvalidArgument',
      message: 'Part number must be an integer between 1 and 10000, inclusive',
      fields: { ArgumentName: 'partNumber', ArgumentValue: String(number) },
    });
  });
});

describe('completing', () => {
  it('parts out of order, unknown, wrong, too small, none', async () => {
    const { of, part, complete } = await upload();
    const first = await part(1, 'small');
    const second = await part(2, 'end');
    const one = { PartNumber: 1, ETag: first.ETag ?? '' };
    const two = { PartNumber: 2, ETag: second.ETag ?? '' };
    expect(await refusal(complete([two, one]))).toMatchObject({
      status: 400,
      code: 'InvalidPartOrder',
      fields: { UploadId: of.UploadId },
    });
    expect(await refusal(complete([{ ...one, ETag: '"00"' }]))).toMatchObject({
      status: 400,
      code: 'InvalidPart',
      fields: { PartNumber: '1', ETag: '00', UploadId: of.UploadId },
    });
    expect(await refusal(complete([{ ...one, PartNumber: 7 }]))).toMatchObject({
      code: 'InvalidPart',
      fields: { PartNumber: '7' },
    });
    expect(await refusal(complete([one, two]))).toMatchObject({
      status: 400,
      code: 'EntityTooSmall',
      fields: { MinSizeAllowed: '5242880', ProposedSize: '5', PartNumber: '1' },
    });
    expect(await refusedWith(complete([]))).toBe('400 InvalidRequest You must specify at least one part');
    expect(await refusedWith(complete([one], { MpuObjectSize: 4 }))).toBe(
      "400 InvalidRequest The provided 'x-amz-mp-object-size' header value 4 does not match what was computed: 5",
    );
    await complete([one]);
  });

  it('If-None-Match when the key came during the upload', async () => {
    const { on, part, complete } = await upload();
    const { ETag = '' } = await part(1, 'x');
    const one = { PartNumber: 1, ETag };
    await fixture.client.send(new s3.PutObjectCommand({ ...on, Body: 'meanwhile' }));
    expect(await refusal(complete([one], { IfNoneMatch: '*' }))).toMatchObject({
      status: 412,
      fields: { Condition: 'If-None-Match' },
    });
    expect(await refusal(complete([one], { IfMatch: '"wrong"' }))).toMatchObject({ status: 412 });
  });
});

describe('checksums of uploads', () => {
  it.each<[s3.ChecksumAlgorithm, s3.ChecksumType | undefined, s3.ChecksumType]>([
    ['CRC32', undefined, 'COMPOSITE'],
    ['CRC32C', undefined, 'COMPOSITE'],
    ['SHA1', undefined, 'COMPOSITE'],
    ['SHA256', undefined, 'COMPOSITE'],
    ['CRC64NVME', undefined, 'FULL_OBJECT'],
    ['CRC32', 'FULL_OBJECT', 'FULL_OBJECT'],
  ])('%s %s', async (ChecksumAlgorithm, type, expected) => {
    const { on, created, part, complete } = await upload({
      ChecksumAlgorithm,
      ...(type === undefined ? {} : { ChecksumType: type }),
    });
    expect(created).toMatchObject({ ChecksumAlgorithm, ChecksumType: expected });
    const parts = [
      named(1, await part(1, PART, { ChecksumAlgorithm })),
      named(2, await part(2, 'end', { ChecksumAlgorithm })),
    ];
    const member = `Checksum${ChecksumAlgorithm}` as 'ChecksumCRC32';
    const answer = await complete(parts);
    expect(answer.ChecksumType).toBe(expected);
    const head = await fixture.client.send(new s3.HeadObjectCommand({ ...on, ChecksumMode: 'ENABLED' }));
    expect(head[member]).toBe(answer[member]);
    expect(head[member]?.endsWith('-2')).toBe(expected === 'COMPOSITE');
    const attributes = await fixture.client.send(
      new s3.GetObjectAttributesCommand({ ...on, ObjectAttributes: ['Checksum', 'ObjectParts'] }),
    );
    expect(attributes.Checksum?.[member]).toBe(head[member]?.replace(/-2$/, ''));
    expect(attributes.ObjectParts?.TotalPartsCount).toBe(2);
    expect(attributes.ObjectParts?.Parts?.map((shown) => shown[member])).toEqual(
      expected === 'COMPOSITE' ? parts.map((sent) => sent[member]) : undefined,
    );
    const page = await fixture.client.send(
      new s3.GetObjectAttributesCommand({
        ...on,
        ObjectAttributes: ['ObjectParts'],
        MaxParts: 1,
        PartNumberMarker: '1',
      }),
    );
    expect(page.ObjectParts?.Parts?.map(({ PartNumber }) => PartNumber)).toEqual(
      expected === 'COMPOSITE' ? [2] : undefined,
    );
  });

  it.each<[Create, string]>([
    [
      { ChecksumType: 'COMPOSITE' },
      'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.',
    ],
    [
      { ChecksumType: 'COMPOSITE', ChecksumAlgorithm: 'CRC64NVME' },
      'The COMPOSITE checksum type cannot be used with the crc64nvme checksum algorithm.',
    ],
    [
      { ChecksumType: 'FULL_OBJECT', ChecksumAlgorithm: 'SHA1' },
      'The FULL_OBJECT checksum type cannot be used with the sha1 checksum algorithm.',
    ],
    [
      { ChecksumAlgorithm: unlisted('ADLER32') },
      'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
    ],
  ])('%j', async (create, message) => {
    expect(await refusedWith(upload(create))).toBe(`400 InvalidRequest ${message}`);
  });

  it('a part of another algorithm, a missing part checksum, another type', async () => {
    const { part, complete } = await upload({ ChecksumAlgorithm: 'SHA256' });
    expect(await refusedWith(part(1, 'x', { ChecksumAlgorithm: 'CRC32' }))).toBe(
      '400 InvalidRequest Checksum Type mismatch occurred, expected checksum Type: sha256, actual checksum Type: crc32',
    );
    const first = await part(1, 'x', { ChecksumAlgorithm: 'SHA256' });
    expect(await refusedWith(complete([{ PartNumber: 1, ETag: first.ETag ?? '' }]))).toBe(
      '400 InvalidRequest The upload was created using a sha256 checksum. The complete request must include the checksum for each part. It was missing for part 1 in the request.',
    );
    expect(await refusedWith(complete([named(1, first)], { ChecksumType: 'FULL_OBJECT' }))).toBe(
      '400 InvalidRequest The upload was created using the COMPOSITE checksum mode. The complete request must use the same checksum mode.',
    );
  });

  it('of the whole, as the object has it, with the number of parts or without', async () => {
    const digest = (data: string | Buffer) => createHash('sha256').update(data).digest();
    const ofParts = digest(Buffer.concat([digest(PART), digest('end')])).toString('base64');
    for (const ChecksumSHA256 of [`${ofParts}-2`, ofParts]) {
      const { part, complete } = await upload({ ChecksumAlgorithm: 'SHA256' });
      const parts = [
        named(1, await part(1, PART, { ChecksumAlgorithm: 'SHA256' })),
        named(2, await part(2, 'end', { ChecksumAlgorithm: 'SHA256' })),
      ];
      expect(await refusedWith(complete(parts, { ChecksumSHA256: `${ofParts}-3` }))).toMatch(
        /^400 BadDigest /,
      );
      expect(await refusedWith(complete(parts, { ChecksumSHA256: `${ofParts}-` }))).toBe(
        '400 InvalidRequest Value for x-amz-checksum-sha256 header is invalid.',
      );
      expect(await complete(parts, { ChecksumSHA256 })).toMatchObject({ ChecksumSHA256: `${ofParts}-2` });
    }
  });

  it('a wrong checksum of the whole', async () => {
    const { part, complete } = await upload({ ChecksumAlgorithm: 'CRC32C', ChecksumType: 'FULL_OBJECT' });
    const one = named(1, await part(1, 'x', { ChecksumAlgorithm: 'CRC32C' }));
    expect(await refusedWith(complete([one], { ChecksumCRC32C: 'AAAAAA==' }))).toBe(
      '400 BadDigest The crc32c you specified did not match the calculated checksum.',
    );
  });
});

describe('listing parts and uploads', () => {
  it('parts, in pages', async () => {
    const { of, part } = await upload();
    const none = await fixture.client.send(new s3.ListPartsCommand(of));
    expect(none).toMatchObject({
      NextPartNumberMarker: '0',
      PartNumberMarker: '0',
      MaxParts: 1000,
      IsTruncated: false,
      StorageClass: 'STANDARD',
    });
    expect(none.Owner).toEqual({ ID: none.Initiator?.ID });
    expect(none.Initiator?.DisplayName).toBeTypeOf('string');
    for (const number of [1, 2, 3]) await part(number, `part ${number}`);
    const first = await fixture.client.send(new s3.ListPartsCommand({ ...of, MaxParts: 2 }));
    expect(first.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
      [1, 6],
      [2, 6],
    ]);
    expect(first).toMatchObject({ IsTruncated: true, NextPartNumberMarker: '2' });
    const rest = await fixture.client.send(
      new s3.ListPartsCommand({ ...of, PartNumberMarker: first.NextPartNumberMarker ?? '' }),
    );
    expect(rest.Parts?.map(({ PartNumber }) => PartNumber)).toEqual([3]);
    const past = await fixture.client.send(new s3.ListPartsCommand({ ...of, PartNumberMarker: '9' }));
    expect(past).toMatchObject({ NextPartNumberMarker: '0' });
  });

  it('uploads, by key and delimiter', async () => {
    const Bucket = await fixture.bucket();
    const empty = await fixture.client.send(new s3.ListMultipartUploadsCommand({ Bucket }));
    expect(empty).toMatchObject({ NextKeyMarker: '', NextUploadIdMarker: '', IsTruncated: false });
    for (const Key of ['a/1', 'a/2', 'b']) {
      await fixture.client.send(new s3.CreateMultipartUploadCommand({ Bucket, Key }));
    }
    const grouped = await fixture.client.send(new s3.ListMultipartUploadsCommand({ Bucket, Delimiter: '/' }));
    expect(grouped.CommonPrefixes).toEqual([{ Prefix: 'a/' }]);
    expect(grouped.Uploads?.map(({ Key }) => Key)).toEqual(['b']);
    const page = await fixture.client.send(new s3.ListMultipartUploadsCommand({ Bucket, MaxUploads: 2 }));
    expect(page.IsTruncated).toBe(true);
    const rest = await fixture.client.send(
      new s3.ListMultipartUploadsCommand({
        Bucket,
        KeyMarker: page.NextKeyMarker ?? '',
        UploadIdMarker: page.NextUploadIdMarker ?? '',
      }),
    );
    expect(rest.Uploads?.map(({ Key }) => Key)).toEqual(['b']);
    const wrong = new s3.ListMultipartUploadsCommand({ Bucket, KeyMarker: 'a/1', UploadIdMarker: 'x' });
    expect(await refusal(fixture.client.send(wrong))).toMatchObject({
      status: 400,
      message: 'Invalid uploadId marker',
      fields: { ArgumentName: 'upload-id-marker' },
    });
  });
});

describe('copying parts', () => {
  it('ranges, good and bad', async () => {
    const { on, of } = await upload();
    await fixture.client.send(new s3.PutObjectCommand({ ...on, Key: 'source', Body: '0123456789' }));
    const copy = (CopySourceRange?: string) =>
      fixture.client.send(
        new s3.UploadPartCopyCommand({
          ...of,
          PartNumber: 1,
          CopySource: `${on.Bucket}/source`,
          ...(CopySourceRange === undefined ? {} : { CopySourceRange }),
        }),
      );
    await copy();
    await copy('bytes=2-4');
    const { Parts } = await fixture.client.send(new s3.ListPartsCommand(of));
    expect(Parts?.map(({ Size }) => Size)).toEqual([3]);
    for (const range of ['0-4', 'bytes=4-2', 'bytes=-3', 'bytes=1-']) {
      expect(await refusal(copy(range))).toMatchObject({
        status: 400,
        code: 'InvalidArgument',
        fields: { ArgumentName: 'x-amz-copy-source-range', ArgumentValue: range },
      });
    }
    expect(await refusedWith(copy('bytes=0-10'))).toBe(
      '400 InvalidArgument Range specified is not valid for source object of size: 10',
    );
    expect(await refusedWith(copy('bytes=10-12'))).toBe(
      '400 InvalidRequest The specified copy range is invalid for the source object size',
    );
  });
});
