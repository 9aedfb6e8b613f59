import * as s3 from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { refusal, s3Fixture } from './s3-answers.ts';

const fixture = s3Fixture();
const NEVER_ISSUED = 'x'.repeat(32);

async function put(Bucket: string, Key = 'key', Body = 'body') {
  const { VersionId } = await fixture.client.send(new s3.PutObjectCommand({ Bucket, Key, Body }));
  return VersionId ?? '';
}
async function remove(Bucket: string, input: Partial<s3.DeleteObjectCommandInput> = {}) {
  return fixture.client.send(new s3.DeleteObjectCommand({ Bucket, Key: 'key', ...input }));
}
const get = (Bucket: string, VersionId?: string) =>
  fixture.client.send(
    new s3.GetObjectCommand({ Bucket, Key: 'key', ...(VersionId === undefined ? {} : { VersionId }) }),
  );

describe('version ids', () => {
  it('32 characters while Enabled, none on PUT otherwise', async () => {
    expect(await put(await fixture.bucket('Enabled'))).toMatch(/^[A-Za-z0-9._]{32}$/);
    expect(await put(await fixture.bucket('Suspended'))).toBe('');
    expect(await put(await fixture.bucket())).toBe('');
  });

  it('the null version is named once versioning was ever set', async () => {
    const Bucket = await fixture.bucket();
    await put(Bucket);
    expect((await get(Bucket)).VersionId).toBeUndefined();
    expect((await get(Bucket, 'null')).VersionId).toBeUndefined();
    await fixture.client.send(
      new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
    );
    expect((await get(Bucket)).VersionId).toBe('null');
  });

  it('a copy onto a suspended bucket says null', async () => {
    const Bucket = await fixture.bucket('Suspended');
    await put(Bucket, 'source');
    const copy = new s3.CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/source` });
    expect((await fixture.client.send(copy)).VersionId).toBe('null');
  });

  it('while suspended there is one null version, and older ones stay', async () => {
    const Bucket = await fixture.bucket('Enabled');
    const first = await put(Bucket);
    await fixture.client.send(
      new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Suspended' } }),
    );
    await put(Bucket, 'key', 'null one');
    await put(Bucket, 'key', 'null two');
    const { Versions } = await fixture.client.send(new s3.ListObjectVersionsCommand({ Bucket }));
    expect(Versions?.map(({ VersionId, IsLatest }) => [VersionId, IsLatest])).toEqual([
      ['null', true],
      [first, false],
    ]);
    expect(await (await get(Bucket)).Body?.transformToString()).toBe('null two');
  });

  it.each(['Enabled', undefined] as const)('never issued or gone (%s)', async (versioning) => {
    const Bucket = await fixture.bucket(versioning);
    const version = await put(Bucket);
    expect(await refusal(get(Bucket, NEVER_ISSUED))).toMatchObject({
      status: 400,
      code: 'InvalidArgument',
      message: 'Invalid version id specified',
      fields: { ArgumentName: 'versionId', ArgumentValue: NEVER_ISSUED },
    });
    const deletion = await refusal(remove(Bucket, { VersionId: NEVER_ISSUED }));
    expect(deletion).toMatchObject({ status: 400, fields: { ArgumentName: 'versionId' } });
    expect(deletion.headers).not.toHaveProperty('x-amz-version-id');
    expect(deletion.headers).not.toHaveProperty('x-amz-delete-marker');
    if (versioning === undefined) return;
    await remove(Bucket, { VersionId: version });
    const gone = await refusal(get(Bucket, version));
    expect(gone).toMatchObject({
      status: 404,
      code: 'NoSuchVersion',
      message: 'The specified version does not exist.',
      fields: { Key: 'key', VersionId: version },
    });
    expect(gone.headers).not.toHaveProperty('x-amz-version-id');
  });
});

describe('delete markers', () => {
  it('unversioned: gone, no headers', async () => {
    const Bucket = await fixture.bucket();
    await put(Bucket);
    for (let time = 0; time < 2; time += 1) {
      const answer = await remove(Bucket);
      expect(answer.$metadata.httpStatusCode).toBe(204);
      expect(answer.DeleteMarker).toBeUndefined();
      expect(answer.VersionId).toBeUndefined();
    }
  });

  it('versioned: one for each delete, also of what never was', async () => {
    const Bucket = await fixture.bucket('Enabled');
    await put(Bucket);
    const first = await remove(Bucket);
    const second = await remove(Bucket);
    const other = await remove(Bucket, { Key: 'never' });
    for (const answer of [first, second, other]) {
      expect(answer).toMatchObject({ DeleteMarker: true });
      expect(answer.VersionId).toMatch(/^[A-Za-z0-9._]{32}$/);
    }
    expect(first.VersionId).not.toBe(second.VersionId);
    const { DeleteMarkers, Versions } = await fixture.client.send(
      new s3.ListObjectVersionsCommand({ Bucket }),
    );
    expect(DeleteMarkers?.length).toBe(3);
    expect(Versions?.length).toBe(1);
  });

  it('removing a marker and a version by id', async () => {
    const Bucket = await fixture.bucket('Enabled');
    const version = await put(Bucket);
    const { VersionId: marker = '' } = await remove(Bucket);
    expect(await remove(Bucket, { VersionId: marker })).toMatchObject({
      DeleteMarker: true,
      VersionId: marker,
    });
    expect(await (await get(Bucket)).Body?.transformToString()).toBe('body');
    const removed = await remove(Bucket, { VersionId: version });
    expect(removed.VersionId).toBe(version);
    expect(removed.DeleteMarker).toBeUndefined();
  });

  it('suspended: a null marker replaces the null version', async () => {
    const Bucket = await fixture.bucket('Suspended');
    await put(Bucket);
    expect(await remove(Bucket)).toMatchObject({ DeleteMarker: true, VersionId: 'null' });
    const { DeleteMarkers, Versions = [] } = await fixture.client.send(
      new s3.ListObjectVersionsCommand({ Bucket }),
    );
    expect(Versions).toEqual([]);
    expect(DeleteMarkers?.map(({ VersionId }) => VersionId)).toEqual(['null']);
  });

  it('reading through one', async () => {
    const Bucket = await fixture.bucket('Enabled');
    await put(Bucket);
    const { VersionId: marker = '' } = await remove(Bucket);
    expect(await refusal(get(Bucket))).toMatchObject({
      status: 404,
      code: 'NoSuchKey',
      fields: { Key: 'key' },
      headers: { 'x-amz-delete-marker': 'true', 'x-amz-version-id': marker },
    });
    const expected = {
      status: 405,
      headers: { 'x-amz-delete-marker': 'true', 'x-amz-version-id': marker, allow: 'DELETE' },
    };
    expect(await refusal(get(Bucket, marker))).toMatchObject({
      ...expected,
      code: 'MethodNotAllowed',
      message: 'The specified method is not allowed against this resource.',
      fields: { Method: 'GET', ResourceType: 'DeleteMarker' },
    });
    const head = new s3.HeadObjectCommand({ Bucket, Key: 'key', VersionId: marker });
    expect(await refusal(fixture.client.send(head))).toMatchObject(expected);
  });

  it.each<[string, string, (on: { Bucket: string; Key: string; VersionId?: string }) => Promise<unknown>]>([
    ['GET', 'GetObjectTagging', (on) => fixture.client.send(new s3.GetObjectTaggingCommand(on))],
    [
      'PUT',
      'PutObjectTagging',
      (on) => fixture.client.send(new s3.PutObjectTaggingCommand({ ...on, Tagging: { TagSet: [] } })),
    ],
    ['DELETE', 'DeleteObjectTagging', (on) => fixture.client.send(new s3.DeleteObjectTaggingCommand(on))],
    [
      'PUT',
      'PutObjectAcl',
      (on) => fixture.client.send(new s3.PutObjectAclCommand({ ...on, ACL: 'bucket-owner-full-control' })),
    ],
  ])('%s %s on one is not allowed, with and without its id', async (Method, _operation, send) => {
    const Bucket = await fixture.bucket('Enabled');
    await put(Bucket);
    const { VersionId = '' } = await remove(Bucket);
    for (const on of [
      { Bucket, Key: 'key' },
      { Bucket, Key: 'key', VersionId },
    ]) {
      expect(await refusal(send(on))).toMatchObject({
        status: 405,
        code: 'MethodNotAllowed',
        fields: { Method, ResourceType: 'DeleteMarker' },
      });
    }
  });

  it('ACL, attributes and copies of one', async () => {
    const Bucket = await fixture.bucket('Enabled');
    await put(Bucket);
    const { VersionId = '' } = await remove(Bucket);
    const on = { Bucket, Key: 'key' };
    expect(await refusal(fixture.client.send(new s3.GetObjectAclCommand(on)))).toMatchObject({
      code: 'NoSuchKey',
    });
    expect(
      await refusal(fixture.client.send(new s3.GetObjectAclCommand({ ...on, VersionId }))),
    ).toMatchObject({
      code: 'MethodNotAllowed',
    });
    const attributes = new s3.GetObjectAttributesCommand({ ...on, ObjectAttributes: ['ETag'] });
    expect(await refusal(fixture.client.send(attributes))).toMatchObject({ code: 'NoSuchKey' });
    const copy = (CopySource: string) =>
      fixture.client.send(new s3.CopyObjectCommand({ Bucket, Key: 'copy', CopySource }));
    expect(await refusal(copy(`${Bucket}/key`))).toMatchObject({ status: 404, code: 'NoSuchKey' });
    expect(await refusal(copy(`${Bucket}/key?versionId=${VersionId}`))).toMatchObject({
      status: 400,
      code: 'InvalidRequest',
      message: 'The source of a copy request may not specifically refer to a delete marker by version id.',
    });
  });

  it('conditions', async () => {
    const Bucket = await fixture.bucket('Enabled');
    await put(Bucket);
    expect(await refusal(remove(Bucket, { IfMatch: '"x"' }))).toMatchObject({
      status: 412,
      fields: { Condition: 'If-Match' },
    });
    expect(
      await refusal(remove(Bucket, { IfMatchSize: 1, IfMatchLastModifiedTime: new Date(Date.UTC(2020, 0)) })),
    ).toMatchObject({ status: 501, fields: { Header: 'x-amz-if-match-last-modified-time' } });
    expect(await refusal(remove(Bucket, { BypassGovernanceRetention: false }))).toMatchObject({
      status: 400,
      message: 'x-amz-bypass-governance-retention is only applicable to Object Lock enabled buckets.',
      fields: { ArgumentName: 'x-amz-bypass-governance-retention' },
    });
    await remove(Bucket);
    const again = new s3.PutObjectCommand({ Bucket, Key: 'key', Body: 'x', IfNoneMatch: '*' });
    expect((await fixture.client.send(again)).$metadata.httpStatusCode).toBe(200);
  });
});

const removeAll = (Bucket: string, Objects: s3.ObjectIdentifier[], Quiet?: boolean) =>
  fixture.client.send(
    new s3.DeleteObjectsCommand({ Bucket, Delete: { Objects, ...(Quiet === undefined ? {} : { Quiet }) } }),
  );

describe('multi-delete', () => {
  it('unversioned, present or not', async () => {
    const Bucket = await fixture.bucket();
    await put(Bucket, 'a');
    const { Deleted, Errors } = await removeAll(Bucket, [{ Key: 'a' }, { Key: 'b' }]);
    expect(Deleted).toEqual([{ Key: 'a' }, { Key: 'b' }]);
    expect(Errors).toBeUndefined();
  });

  it('versioned: markers, versions, markers by id, ids never issued', async () => {
    const Bucket = await fixture.bucket('Enabled');
    const version = await put(Bucket, 'a');
    const marked = await removeAll(Bucket, [{ Key: 'a' }]);
    const marker = marked.Deleted?.[0]?.DeleteMarkerVersionId ?? '';
    expect(marked.Deleted).toEqual([{ Key: 'a', DeleteMarker: true, DeleteMarkerVersionId: marker }]);
    const { Deleted, Errors } = await removeAll(Bucket, [
      { Key: 'a', VersionId: marker },
      { Key: 'a', VersionId: version },
      { Key: 'a', VersionId: NEVER_ISSUED },
    ]);
    expect(Deleted).toEqual([
      { Key: 'a', VersionId: marker, DeleteMarker: true, DeleteMarkerVersionId: marker },
      { Key: 'a', VersionId: version },
    ]);
    expect(Errors).toEqual([
      {
        Key: 'a',
        VersionId: NEVER_ISSUED,
        Code: 'NoSuchVersion',
        Message: 'The specified version does not exist.',
      },
    ]);
  });

  it('quiet lists errors only', async () => {
    const Bucket = await fixture.bucket();
    const { Deleted, Errors } = await removeAll(
      Bucket,
      [{ Key: 'a' }, { Key: 'a', VersionId: NEVER_ISSUED }],
      true,
    );
    expect(Deleted).toBeUndefined();
    expect(Errors?.map(({ Code }) => Code)).toEqual(['NoSuchVersion']);
  });

  it('none, too many, no bucket', async () => {
    const Bucket = await fixture.bucket();
    expect(await refusal(removeAll(Bucket, []))).toMatchObject({ status: 400, code: 'MalformedXML' });
    const many = Array.from({ length: 1001 }, (_, index) => ({ Key: `k${index}` }));
    expect(await refusal(removeAll(Bucket, many))).toMatchObject({ status: 400, code: 'MalformedXML' });
    expect(await refusal(removeAll('nowhere-at-all', [{ Key: 'a' }]))).toMatchObject({
      code: 'NoSuchBucket',
    });
  });
});
