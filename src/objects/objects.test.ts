// oxlint-disable vitest/expect-expect -- `compare` holds the assertions of both properties
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Bucket } from '../buckets/bucket.ts';
import { AwsError } from '../errors/aws-error.ts';
import { inconsistencies } from '../testing/consistency.ts';
import {
  bodyOf,
  bytesOf,
  countersAndRows,
  type ObjectsBench,
  objectsBench,
} from '../testing/objects-bench.ts';
import { deleteObject } from './delete-object.ts';
import { listObjects } from './list-objects.ts';
import { listVersions } from './list-versions.ts';
import { getObjectTags, putObjectTags } from './object-tags.ts';
import type { Planner } from './planner.ts';
import { putObject } from './put-object.ts';
import { readObject } from './read-object.ts';

/** The plainest model of a bucket: each key's versions, newest first. */
interface ModelVersion {
  id: string;
  marker: boolean;
  content: string;
  tags: string;
}
class Model {
  versioning: 'unversioned' | 'Enabled' | 'Suspended' = 'unversioned';
  readonly keys = new Map<string, ModelVersion[]>();

  of(key: string): ModelVersion[] {
    const versions = this.keys.get(key) ?? [];
    this.keys.set(key, versions);
    return versions;
  }

  add(key: string, version: ModelVersion): void {
    const versions = this.of(key);
    if (version.id === 'null') this.remove(key, 'null');
    versions.unshift(version);
  }

  remove(key: string, id: string): void {
    const versions = this.of(key);
    const index = versions.findIndex((version) => version.id === id);
    if (index >= 0) versions.splice(index, 1);
  }
}

type Operation =
  | { kind: 'put'; key: string; content: string; tags: string }
  | { kind: 'delete'; key: string }
  | { kind: 'deleteVersion'; key: string; pick: number }
  | { kind: 'tag'; key: string; pick: number; tags: string }
  | { kind: 'versioning'; to: 'Enabled' | 'Suspended' };

// Keys around a delimiter, one of them beside it in byte order, one with a NUL and one outside the BMP.
const key = fc.constantFrom('a', 'a/', 'a/b', 'a/c/d', 'a0', 'b\0', 'é', '😀');
const content = fc.oneof(
  fc.string({ maxLength: 12 }),
  // Too large to lie inline.
  fc.nat(3).map((digit) => String(digit).repeat(9000)),
);
const tags = fc.constantFrom('', 'x', 'y');
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('put' as const), key, content, tags }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('delete' as const), key }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('deleteVersion' as const), key, pick: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('tag' as const), key, pick: fc.nat(5), tags }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('versioning' as const),
      to: fc.constantFrom('Enabled' as const, 'Suspended' as const),
    }),
  },
);

/** So that removals meet intents, and a change of tags one that waits. */
const everywhere: Planner = {
  plan: (_bucket, { kind }) => [
    { kind, rule: { ruleId: 'r', role: 'role', destination: 'there', ownerOverride: false } },
  ],
  names: () => true,
};

const tagPairs = (text: string) => (text === '' ? [] : [['tag', text] as const]);

async function run(bench: ObjectsBench, start: Bucket, operations: readonly Operation[]): Promise<void> {
  const { context } = bench;
  const model = new Model();
  let bucket = start;
  for (const step of operations) {
    if (step.kind === 'versioning') {
      model.versioning = step.to;
      bucket = await context.buckets.update(bucket, (row) => ({ ...row, versioning: step.to }));
    } else if (step.kind === 'put') {
      const { version } = await putObject(context, bucket, {
        key: step.key,
        body: bodyOf(step.content),
        tags: tagPairs(step.tags),
      });
      const id = model.versioning === 'Enabled' ? version.versionId : 'null';
      model.add(step.key, { id, marker: false, content: step.content, tags: step.tags });
    } else if (step.kind === 'delete') {
      const deleted = await deleteObject(context, bucket, { key: step.key });
      if (model.versioning === 'unversioned') model.remove(step.key, 'null');
      else model.add(step.key, { id: deleted.versionId ?? '', marker: true, content: '', tags: '' });
    } else {
      const version = model.of(step.key)[step.pick % Math.max(1, model.of(step.key).length)];
      if (version === undefined) continue;
      if (step.kind === 'deleteVersion') {
        await deleteObject(context, bucket, { key: step.key, versionId: version.id });
        model.remove(step.key, version.id);
      } else if (!version.marker) {
        version.tags = step.tags;
        const named = { key: step.key, versionId: version.id, tags: tagPairs(step.tags) };
        await putObjectTags(context, bucket, named);
      }
    }
    await bench.clock.advance(step.kind === 'put' ? 0 : 1);
  }
  await compare(bench, bucket, model);
}

async function compare(bench: ObjectsBench, bucket: Bucket, model: Model): Promise<void> {
  const { context } = bench;
  const keys = [...model.keys.keys()].toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const all = keys.flatMap((name) =>
    model.of(name).map((version, index) => ({ key: name, versionId: version.id, latest: index === 0 })),
  );
  const live = keys.filter((name) => model.of(name)[0]?.marker === false);
  for (const entriesMax of [1, 3, 1000]) {
    expect(await everyVersion(bench, bucket, entriesMax)).toEqual(all);
    expect(await everyEntry(bench, bucket, entriesMax)).toEqual(live);
    expect(await everyEntry(bench, bucket, entriesMax, '/')).toEqual([...new Set(live.map(topOf))]);
    const inside = live.filter((name) => name.startsWith('a/'));
    const shown = inside.map((name) => (name.slice(2).includes('/') ? 'a/c/' : name));
    expect(await everyEntry(bench, bucket, entriesMax, '/', 'a/')).toEqual([...new Set(shown)]);
  }
  for (const name of keys) {
    for (const version of model.of(name)) {
      const named = { key: name, versionId: version.id };
      if (version.marker) {
        await expect(readObject(context, bucket, named)).rejects.toMatchObject({ code: 'MethodNotAllowed' });
        continue;
      }
      const found = await readObject(context, bucket, named);
      expect((await bytesOf(found.body)).toString()).toBe(version.content);
      expect((await getObjectTags(context, bucket, named)).tags).toEqual(tagPairs(version.tags));
    }
    const newest = model.of(name)[0];
    const current = readObject(context, bucket, { key: name });
    if (newest === undefined || newest.marker) {
      await expect(current).rejects.toMatchObject({ code: 'NoSuchKey' });
    } else expect((await bytesOf((await current).body)).toString()).toBe(newest.content);
  }
  const { counters, rows } = await countersAndRows(bench, bucket);
  expect(counters).toEqual(rows);
  expect(await inconsistencies(bench, bucket)).toEqual([]);
}

function topOf(name: string): string {
  const at = name.indexOf('/');
  return at === -1 ? name : name.slice(0, at + 1);
}

async function everyEntry(
  { context }: ObjectsBench,
  bucket: Bucket,
  entriesMax: number,
  delimiter?: string,
  prefix?: string,
): Promise<string[]> {
  const found: string[] = [];
  let after: string | undefined;
  do {
    const page = await listObjects(context, bucket, {
      entriesMax,
      ...(delimiter === undefined ? {} : { delimiter }),
      ...(prefix === undefined ? {} : { prefix }),
      ...(after === undefined ? {} : { after }),
    });
    const names = [...page.objects.map((entry) => entry.key), ...page.commonPrefixes];
    expect(names.length).toBeLessThanOrEqual(entriesMax);
    found.push(...names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
    after = page.next;
  } while (after !== undefined);
  return found;
}

async function everyVersion({ context }: ObjectsBench, bucket: Bucket, entriesMax: number) {
  const found: { key: string; versionId: string; latest: boolean }[] = [];
  let marker: { keyMarker?: string; versionIdMarker?: string } | undefined = {};
  while (marker !== undefined) {
    const page = await listVersions(context, bucket, { entriesMax, ...marker });
    found.push(
      ...page.versions.map(({ key: name, versionId, latest }) => ({ key: name, versionId, latest })),
    );
    marker = page.next;
  }
  return found;
}

describe('a bucket behaves as its model', () => {
  test('whatever is done to it, in all three versioning states', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 40 }), async (operations) => {
        const bench = await objectsBench();
        await run(bench, await bench.bucket('model'), operations);
      }),
      { numRuns: 150 },
    );
  });

  test('also where outcomes of commits are unknown and everything has to be delivered', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(operation, { maxLength: 30 }),
        fc.infiniteStream(
          fc.constantFrom(undefined, undefined, 'unknown-written' as const, 'unknown-lost' as const),
        ),
        async (operations, outcomes) => {
          const faults = { commit: () => outcomes.next().value };
          const bench = await objectsBench({ faults, planner: everywhere });
          const bucket = await bench.bucket('model');
          const marked = await bench.context.buckets.update(bucket, (row) => ({
            ...row,
            replicationSeen: true,
          }));
          await run(bench, marked, operations);
        },
      ),
      { numRuns: 100 },
    );
  });
});

test('a version id that nobody issued is refused, one that is gone is no error to delete', async () => {
  const bench = await objectsBench();
  const bucket = await bench.bucket('ids', 'Enabled');
  const { version } = await putObject(bench.context, bucket, { key: 'k', body: bodyOf('x') });
  const foreign = { key: 'k', versionId: 'a'.repeat(32) };
  await expect(deleteObject(bench.context, bucket, foreign)).rejects.toMatchObject({
    code: 'InvalidArgument',
  });
  await expect(readObject(bench.context, bucket, foreign)).rejects.toMatchObject({ code: 'InvalidArgument' });
  const named = { key: 'k', versionId: version.versionId };
  expect(await deleteObject(bench.context, bucket, named)).toEqual({
    versionId: version.versionId,
    deleteMarker: false,
  });
  expect(await deleteObject(bench.context, bucket, named)).toMatchObject({ deleteMarker: false });
  await expect(readObject(bench.context, bucket, named)).rejects.toMatchObject({ code: 'NoSuchVersion' });
});

test('a key whose newest version is a marker answers 404 and names the marker', async () => {
  const bench = await objectsBench();
  const bucket = await bench.bucket('markers', 'Enabled');
  await putObject(bench.context, bucket, { key: 'k', body: bodyOf('x') });
  const marker = await deleteObject(bench.context, bucket, { key: 'k' });
  const error: unknown = await readObject(bench.context, bucket, { key: 'k' }).catch(
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(AwsError);
  expect(error).toMatchObject({
    code: 'NoSuchKey',
    headers: { 'x-amz-delete-marker': 'true', 'x-amz-version-id': marker.versionId },
  });
});
