import { expect, test } from 'vitest';
import { garbage } from '../store/tables/garbage.ts';
import { bodyOf, objectsBench } from '../testing/objects-bench.ts';
import { completeMultipartUpload } from './complete-multipart-upload.ts';
import { createMultipartUpload } from './create-multipart-upload.ts';
import { deleteObject } from './delete-object.ts';
import { GARBAGE_AGE_MS_MIN, PART_BYTES_MIN, READ_MS_MAX } from './limits.ts';
import { readObject } from './read-object.ts';
import { oldestReadAtMs, RunningReads, sharedReads } from './running-reads.ts';
import { sweep } from './sweeper.ts';
import { uploadPart } from './upload-part.ts';

const PARTS = [Buffer.alloc(PART_BYTES_MIN, 1), Buffer.alloc(PART_BYTES_MIN, 2), Buffer.from('inline')];
const initiator = { id: 'arn:aws:iam::111122223333:root', displayName: 'root' };

async function reading() {
  const bench = await objectsBench();
  const shared = [sharedReads(), sharedReads()];
  const [own = sharedReads()] = shared;
  const context = { ...bench.context, runningReads: new RunningReads(own, bench.clock) };
  const bucket = await bench.bucket('read');
  const { uploadId } = await createMultipartUpload(context, bucket, { key: 'k', initiator });
  const parts = [];
  for (const [index, bytes] of PARTS.entries()) {
    const partNumber = index + 1;
    const body = bodyOf(bytes);
    const { etag } = await uploadPart(context, bucket, { key: 'k', uploadId, partNumber, body });
    parts.push({ partNumber, etag });
  }
  await completeMultipartUpload(context, bucket, { key: 'k', uploadId, parts });
  const { body: opened } = await readObject(context, bucket, { key: 'k' });
  if (Buffer.isBuffer(opened)) throw new Error('it has several parts');
  const body = opened[Symbol.asyncIterator]();
  const first = await body.next();
  await deleteObject(context, bucket, { key: 'k' });
  const pass = () =>
    sweep(bench.region, bench.clock, context.incarnation, { oldestReadAtMs: oldestReadAtMs(shared) });
  return { bench, body, first, pass };
}

test('an object of several parts that is removed while it is read is read to its end', async () => {
  const { bench, body, first, pass } = await reading();
  await bench.clock.advance(10 * GARBAGE_AGE_MS_MIN);
  expect(await pass()).toMatchObject({ garbageRemoved: 0 });
  const chunks = first.done === true ? [] : [first.value];
  for await (const chunk of { [Symbol.asyncIterator]: () => body }) chunks.push(chunk);
  expect(Buffer.concat(chunks).equals(Buffer.concat(PARTS))).toBe(true);
  expect(await pass()).toMatchObject({ garbageRemoved: 2 });
  expect(bench.blobs.files.size).toBe(0);
  expect(await bench.region.store.range(garbage.range())).toEqual([]);
});

test('a read that was given up, or goes on without end, holds nothing back', async () => {
  const { bench, body, pass } = await reading();
  await bench.clock.advance(READ_MS_MAX + 2 * GARBAGE_AGE_MS_MIN);
  expect(await pass()).toMatchObject({ garbageRemoved: 2 });
  const other = await reading();
  await other.body.return?.();
  await other.bench.clock.advance(GARBAGE_AGE_MS_MIN);
  expect(await other.pass()).toMatchObject({ garbageRemoved: 2 });
  await body.return?.();
});
