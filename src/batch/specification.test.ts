import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JobSource } from '../store/tables/job-rows.ts';
import { digestOf, type JobSpecification } from './specification.ts';

const statuses = ['COMPLETED', 'FAILED', 'REPLICA', 'NONE'] as const;
const classes = ['STANDARD', 'STANDARD_IA', 'GLACIER'];
const tag = fc.tuple(fc.string({ minLength: 1, maxLength: 4 }), fc.string({ maxLength: 4 }));

const generator = fc.record({
  replicationStatuses: fc.uniqueArray(fc.constantFrom(...statuses), { minLength: 1 }),
  storageClasses: fc.uniqueArray(fc.constantFrom(...classes), { minLength: 1 }),
  sizeLessThanBytes: fc.nat(),
});
const tags = fc.uniqueArray(tag, { selector: ([key]) => key, maxLength: 6 });

function specificationOf(
  filter: Extract<JobSource, { kind: 'generator' }>['filter'],
  jobTags: JobSpecification['tags'],
): JobSpecification {
  return {
    operation: { name: 'S3PutObjectTagging', tags: jobTags },
    source: { kind: 'generator', sourceBucket: 'arn:aws:s3:::source', filter },
    report: { enabled: false },
    roleArn: 'arn:aws:iam::111122223333:role/batch',
    confirmationRequired: true,
    tags: jobTags,
    priority: 1,
    clientRequestToken: 'token',
  };
}

/** Members in another order. */
function reversed<Value extends object>(value: Value): Value {
  return Object.fromEntries(Object.entries(value).toReversed()) as Value;
}

test('the order of members and of the items of sets changes no digest', () => {
  fc.assert(
    fc.property(generator, tags, (filter, jobTags) => {
      const other = {
        ...filter,
        replicationStatuses: filter.replicationStatuses.toReversed(),
        storageClasses: filter.storageClasses.toReversed(),
      };
      const same = specificationOf(reversed(other), jobTags.toReversed());
      expect(digestOf(reversed(same))).toBe(digestOf(specificationOf(filter, jobTags)));
    }),
  );
});

test('requests that ask for something else have another digest', () => {
  fc.assert(
    fc.property(generator, tags, generator, tags, (filter, jobTags, otherFilter, otherTags) => {
      const sorted = (value: readonly string[]) => value.toSorted().join();
      const alike =
        sorted(filter.replicationStatuses) === sorted(otherFilter.replicationStatuses) &&
        sorted(filter.storageClasses) === sorted(otherFilter.storageClasses) &&
        filter.sizeLessThanBytes === otherFilter.sizeLessThanBytes &&
        sorted(jobTags.map((one) => JSON.stringify(one))) ===
          sorted(otherTags.map((one) => JSON.stringify(one)));
      const one = digestOf(specificationOf(filter, jobTags));
      expect(one === digestOf(specificationOf(otherFilter, otherTags))).toBe(alike);
    }),
  );
});

test('the key and the value of a tag are no set, nor are the columns of a manifest', () => {
  expect(digestOf(specificationOf({}, [['a', 'b']]))).not.toBe(digestOf(specificationOf({}, [['b', 'a']])));
  const withFields = (fields: readonly string[]): JobSpecification => ({
    ...specificationOf({}, []),
    source: {
      kind: 'manifest',
      format: 'S3BatchOperations_CSV_20180820',
      fields,
      objectArn: 'arn:aws:s3:::in/list.csv',
      etag: 'e',
    },
  });
  expect(digestOf(withFields(['Bucket', 'Key']))).not.toBe(digestOf(withFields(['Key', 'Bucket'])));
});
