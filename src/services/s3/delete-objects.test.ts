import { CreateBucketCommand, DeleteObjectsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import { startTestSite } from '../../testing/test-site.ts';

it('tells the operator, once, why keys could not be deleted', async () => {
  let full = false;
  await using site = await startTestSite({
    replicate: false,
    faults: () => ({ commit: () => (full ? 'unavailable' : undefined) }),
  });
  const s3 = site.s3();
  const Bucket = 'bucket';
  await s3.send(new CreateBucketCommand({ Bucket }));
  const Objects = [{ Key: 'a' }, { Key: 'b' }];
  for (const { Key } of Objects) await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
  full = true;
  const { Errors } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
  expect(Errors).toMatchObject(Objects.map(({ Key }) => ({ Key, Code: 'ServiceUnavailable' })));
  expect(site.faults).toMatchObject([{ fields: { operation: 'DeleteObjects' } }]);
  full = false;
  const { Deleted } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
  expect(Deleted).toEqual(Objects);
  expect(site.faults).toHaveLength(1);
});
