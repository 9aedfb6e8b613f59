import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Bucket } from '../buckets/bucket.ts';
import { AwsError } from '../errors/aws-error.ts';
import { bodyOf, bytesOf, type ObjectsBench, objectsBench } from '../testing/objects-bench.ts';
import { INLINE_BYTES_MAX } from './body/index.ts';
import type { ObjectsContext } from './context.ts';
import { deleteObject } from './delete-object.ts';
import { headObject } from './head-object.ts';
import { putObjectTags } from './object-tags.ts';
import { putObject } from './put-object.ts';
import { readObject } from './read-object.ts';
import { RecentObjects } from './recent-objects.ts';

const KEYS = ['a', 'b'] as const;

type Step =
  | { readonly kind: 'put'; readonly key: string; readonly size: number }
  | { readonly kind: 'tag' | 'delete' | 'delete-newest'; readonly key: string };

const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('put' as const),
    key: fc.constantFrom(...KEYS),
    size: fc.constantFrom(0, 5, INLINE_BYTES_MAX, INLINE_BYTES_MAX + 1),
  }),
  fc.record({ kind: fc.constantFrom('tag', 'delete', 'delete-newest'), key: fc.constantFrom(...KEYS) }),
);

/** Another thread: it remembers nothing of what the first one read. */
function otherThread(context: ObjectsContext): ObjectsContext {
  return { ...context, recent: new RecentObjects() };
}

async function take(
  { context, bucket }: { context: ObjectsContext; bucket: Bucket },
  step: Step,
  at: number,
) {
  const { key } = step;
  if (step.kind === 'put') {
    return putObject(context, bucket, { key, body: bodyOf(String(at % 10).repeat(step.size)) });
  }
  if (step.kind === 'delete') return deleteObject(context, bucket, { key });
  try {
    if (step.kind === 'tag') {
      return await putObjectTags(context, bucket, { key, tags: [['at', String(at)]] });
    }
    const { versionId = 'null' } = await headObject(context, bucket, { key });
    return await deleteObject(context, bucket, { key, versionId });
  } catch (error) {
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}

/** All that a GET says, or its error. */
async function seen(context: ObjectsContext, bucket: Bucket, key: string) {
  try {
    const { body, ...found } = await readObject(context, bucket, { key });
    return { ...found, bytes: await bytesOf(body) };
  } catch (error) {
    if (error instanceof AwsError) return error.code;
    throw error;
  }
}

async function readThrice(context: ObjectsContext, bucket: Bucket, key: string) {
  await seen(context, bucket, key);
  await seen(context, bucket, key);
  return seen(context, bucket, key);
}

describe('objects that were read before', () => {
  test.each(['unversioned', 'Enabled', 'Suspended'] as const)(
    '%s: whatever other threads write, the next read sees it as one that remembers nothing',
    async (state) => {
      await fc.assert(
        fc.asyncProperty(fc.array(steps, { minLength: 1, maxLength: 12 }), async (taken) => {
          const bench = await objectsBench();
          const bucket = await bench.bucket('hot', state === 'unversioned' ? undefined : state);
          const writer = { context: otherThread(bench.context), bucket };
          for (const [at, step] of taken.entries()) {
            await take(writer, step, at);
            for (const key of KEYS) {
              const cold = await seen(otherThread(bench.context), bucket, key);
              expect(await readThrice(bench.context, bucket, key)).toEqual(cold);
            }
          }
        }),
        { numRuns: 25 },
      );
    },
  );

  test('a part of a body that is remembered is that part', async () => {
    const { bench, bucket } = await withObject('0123456789');
    await readThrice(bench.context, bucket, 'k');
    const { body } = await readObject(bench.context, bucket, {
      key: 'k',
      select: () => ({ start: 2, end: 5 }),
    });
    expect((await bytesOf(body)).toString()).toBe('234');
  });

  test('the third read of a body opens nothing', async () => {
    const { bench, bucket } = await withObject('hot');
    let unwrapped = 0;
    const { keyring } = bench.context;
    const counted = {
      ...bench.context,
      keyring: { ...keyring, unwrap: (sealed) => (unwrapped++, keyring.unwrap(sealed)) },
    } satisfies ObjectsContext;
    await readThrice(counted, bucket, 'k');
    expect(unwrapped).toBe(2);
  });

  test('one that is read once leaves nothing but where it lies', async () => {
    const { bench, bucket } = await withObject('cold');
    await seen(bench.context, bucket, 'k');
    expect(Object.keys(bench.context.recent.find(bucket.row.id, 'k') ?? {})).toEqual(['stamp']);
  });
});

async function withObject(body: string): Promise<{ bench: ObjectsBench; bucket: Bucket }> {
  const bench = await objectsBench();
  const bucket = await bench.bucket('hot');
  await putObject(bench.context, bucket, { key: 'k', body: bodyOf(body) });
  return { bench, bucket };
}
