import * as sdk from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { systemRandom } from '../../lib/random.ts';
import { openMemorySite } from '../../testing/memory-site.ts';
import { compileOperations, type Operation } from '../../wire/service-model.ts';
import { access } from './access.ts';
import { s3Service } from './index.ts';

/** What answers NotImplemented: the list shrinks when something gets built, and a new SDK shows what it adds. */
const NOT_BUILT = [
  'CreateBucketMetadataConfiguration',
  'CreateBucketMetadataTableConfiguration',
  'CreateSession',
  'DeleteBucketMetadataConfiguration',
  'DeleteBucketMetadataTableConfiguration',
  'DeleteObjectAnnotation',
  'GetBucketMetadataConfiguration',
  'GetBucketMetadataTableConfiguration',
  'GetObjectAnnotation',
  'GetObjectTorrent',
  'ListDirectoryBuckets',
  'ListObjectAnnotations',
  'PutBucketAbac',
  'PutBucketAccelerateConfiguration',
  'PutBucketAnalyticsConfiguration',
  'PutBucketCors',
  'PutBucketIntelligentTieringConfiguration',
  'PutBucketInventoryConfiguration',
  'PutBucketLifecycleConfiguration',
  'PutBucketMetricsConfiguration',
  'PutBucketWebsite',
  'PutObjectAnnotation',
  'PutObjectLockConfiguration',
  'RenameObject',
  'RestoreObject',
  'SelectObjectContent',
  'UpdateBucketMetadataAnnotationTableConfiguration',
  'UpdateBucketMetadataInventoryTableConfiguration',
  'UpdateBucketMetadataJournalTableConfiguration',
  'UpdateObjectEncryption',
  'WriteGetObjectResponse',
];

async function service() {
  const { objects, identity } = await openMemorySite({ clock: systemClock, random: systemRandom });
  return s3Service(objects, identity);
}

it('every operation is handled, or is known not to be', async () => {
  const { handled } = await service();
  const unhandled = compileOperations(sdk).flatMap(({ name }) => (handled.has(name) ? [] : [name]));
  expect(new Set(unhandled)).toEqual(new Set(NOT_BUILT));
  expect(new Set([...Object.keys(access), 'DeleteObjects'])).toEqual(new Set(handled.keys()));
});

it('every handled operation needs a permission on what it names', async () => {
  const { handled } = await service();
  const input = { Bucket: 'b', Key: 'k', CopySource: 'b/k', Tagging: { TagSet: [] } };
  const call = { headers: {}, caller: { kind: 'root', account: '111122223333' } };
  const needs = new Map<string, string>();
  for (const [name, operation] of handled) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- access rows read headers and caller alone
    const requirements = await operation.access(input, call as Parameters<typeof operation.access>[1]);
    needs.set(name, requirements.map(({ action, resource }) => `${action} ${resource}`).join(', '));
  }
  // Each key of it is asked for by its handler.
  expect(needs.get('DeleteObjects')).toBe('');
  needs.delete('DeleteObjects');
  expect(needs.get('ListBuckets')).toBe('s3:ListAllMyBuckets arn:aws:s3:::*');
  needs.delete('ListBuckets');
  expect(needs.get('CopyObject')).toBe('s3:GetObject arn:aws:s3:::b/k, s3:PutObject arn:aws:s3:::b/k');
  for (const [name, needed] of needs) {
    expect(`${name}: ${needed}`).toMatch(/^\w+: s3:\w+ arn:aws:s3:::b(\/k)?(, s3:\w+ arn:aws:s3:::b\/k)?$/);
  }
});

/** Fails where a member of the document is read. */
function withoutDocument(operation: Operation): object {
  const inDocument = new Set(
    operation.input.members
      .filter(({ location }) => location === 'body' || location === 'payload')
      .map(({ name }) => name),
  );
  const input: Record<string, string> = { Bucket: 'b', Key: 'k', CopySource: 'b/k' };
  return new Proxy(input, {
    get(target, name) {
      if (inDocument.has(String(name))) throw new Error(`${operation.name} reads ${String(name)}`);
      return target[String(name)];
    },
  });
}

it('permissions are asked before the document is read, except where they depend on it', async () => {
  const { handled } = await service();
  const call = { headers: {}, caller: { kind: 'root', account: '111122223333' } };
  const late: string[] = [];
  for (const operation of compileOperations(sdk)) {
    const row = handled.get(operation.name);
    if (row === undefined) continue;
    if (row.accessReadsDocument) late.push(operation.name);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- access rows read headers and caller alone
    else await row.access(withoutDocument(operation), call as Parameters<typeof row.access>[1]);
  }
  expect(late).toEqual(['CreateBucket', 'PutObjectTagging']);
});
