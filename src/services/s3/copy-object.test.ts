import { expect, it } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { putObject } from '../../objects/put-object.ts';
import { readObject } from '../../objects/read-object.ts';
import { bodyOf, bytesOf, objectsBench } from '../../testing/objects-bench.ts';
import { CopyObject } from './copy-object.ts';
import type { S3Call } from './s3-handler.ts';

it('copies the tags of the very version whose bytes it copies', async () => {
  const bench = await objectsBench();
  const { context } = bench;
  const bucket = await bench.bucket('bucket', 'Enabled');
  const write = (text: string) =>
    putObject(context, bucket, { key: 'source', body: bodyOf(Buffer.from(text)), tags: [['of', text]] });
  await write('first');
  const call = {
    caller: { kind: 'root', account: bucket.row.owner },
    headers: {},
    clock: systemClock,
    // Another client is that fast.
    authorise: () => write('second'),
  } as unknown as S3Call;
  await CopyObject(context)({ Bucket: 'bucket', Key: 'copy', CopySource: 'bucket/source' }, call);
  const copy = await readObject(context, bucket, { key: 'copy' });
  expect((await bytesOf(copy.body)).toString()).toBe('first');
  expect(copy.tags).toEqual([['of', 'first']]);
});
