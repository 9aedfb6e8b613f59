import type * as iam from '@aws-sdk/client-iam';
import type * as s3 from '@aws-sdk/client-s3';
import * as s3Module from '@aws-sdk/client-s3';
import type * as sts from '@aws-sdk/client-sts';
import { expect, expectTypeOf, test } from 'vitest';
import { defineService } from './definition.ts';
import type { BodyOut, Input, OperationName, Output } from './operations.ts';

test('inputs lose undefined and streams, outputs narrow the body', () => {
  expectTypeOf<Input<typeof s3, 'PutObject'>['Bucket']>().toEqualTypeOf<string>();
  expectTypeOf<keyof Input<typeof s3, 'PutObject'> & 'Body'>().toEqualTypeOf<never>();
  expectTypeOf<Output<typeof s3, 'GetObject'>['Body']>().toEqualTypeOf<BodyOut | undefined>();
  expectTypeOf<Input<typeof s3, 'ListBuckets'>['MaxBuckets']>().toEqualTypeOf<number | undefined>();
  expectTypeOf<Input<typeof iam, 'CreateRole'>['RoleName']>().toEqualTypeOf<string>();
  expectTypeOf<'GetCallerIdentity'>().toExtend<OperationName<typeof sts>>();
  type Rules = Input<typeof s3, 'PutBucketReplication'>['ReplicationConfiguration']['Rules'];
  expectTypeOf<Rules[number]['Status']>().toEqualTypeOf<'Enabled' | 'Disabled'>();
});

test('a service definition is data', () => {
  const service = defineService<{ account: string }>()({
    name: 's3',
    sdk: s3Module,
    protocol: 'rest-xml',
    handlers: {
      ListBuckets: async (input, call) => ({ Prefix: input.Prefix ?? call.caller.account }),
      GetObject: async (input) => ({ Body: Buffer.from(input.Key) }),
    },
    access: {
      ListBuckets: () => [{ action: 's3:ListAllMyBuckets', resource: '*' }],
      GetObject: (input) => [
        { action: 's3:GetObject', resource: `arn:aws:s3:::${input.Bucket}/${input.Key}` },
      ],
    },
  });
  expect([...service.handled.keys()]).toEqual(['ListBuckets', 'GetObject']);
});
