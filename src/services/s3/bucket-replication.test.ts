import type { ReplicationConfiguration } from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, it } from 'vitest';
import { putInlinePolicy } from '../../identity/inline-policies.ts';
import { createUser } from '../../identity/users.ts';
import type { Principal } from '../../policy/types.ts';
import { openMemorySite } from '../../testing/memory-site.ts';
import {
  ACCOUNT,
  OTHER_ACCOUNT,
  ReplicationFixture,
  ROLE,
  ruleTo,
} from '../../testing/replication-fixture.ts';
import { SeededRandom } from '../../testing/seeded-random.ts';
import { SimulatedClock } from '../../testing/simulated-clock.ts';
import { DeleteBucketReplication } from './delete-bucket-replication.ts';
import { GetBucketReplication } from './get-bucket-replication.ts';
import { PutBucketReplication } from './put-bucket-replication.ts';
import type { S3Call } from './s3-handler.ts';

let s3: ReplicationFixture;
const CONFIGURATION: ReplicationConfiguration = { Role: ROLE, Rules: [ruleTo('destination')] };
const ROOT: Principal = { kind: 'root', account: ACCOUNT };

const callBy = (caller: Principal, headers: Record<string, string> = {}) =>
  ({
    caller,
    headers,
    clock: new SimulatedClock(),
    authenticated: { kind: 'anonymous' },
  }) as unknown as S3Call;

beforeEach(async () => {
  s3 = new ReplicationFixture(
    await openMemorySite({ clock: new SimulatedClock(), random: new SeededRandom(1) }),
  );
  await s3.accounts();
  await s3.bucket('source');
  await s3.bucket('destination', { region: 'ap-south-1' });
});

async function put(caller: Principal, configuration = CONFIGURATION, headers: Record<string, string> = {}) {
  const { objects, identity } = s3.site;
  // What the reader has checked already.
  const input = { Bucket: 'source', ReplicationConfiguration: configuration } as Parameters<
    ReturnType<typeof PutBucketReplication>
  >[0];
  return PutBucketReplication(objects, identity)(input, callBy(caller, headers));
}

const get = (Bucket = 'source') => GetBucketReplication(s3.site.objects)({ Bucket }, callBy(ROOT));
const remove = () => DeleteBucketReplication(s3.site.objects)({ Bucket: 'source' }, callBy(ROOT));

describe('PutBucketReplication', () => {
  it('is read back as it was put, replaced whole, and removed as often as one likes', async () => {
    await expect(get()).rejects.toMatchObject({
      code: 'ReplicationConfigurationNotFoundError',
      status: 404,
      fields: { BucketName: 'source' },
    });
    await put(ROOT);
    expect(await get()).toEqual({ ReplicationConfiguration: CONFIGURATION });
    const other = {
      ...CONFIGURATION,
      Rules: [ruleTo('destination', { ID: 'other', Filter: { Prefix: 'p' } })],
    };
    await put(ROOT, other);
    expect(await get()).toEqual({ ReplicationConfiguration: other });
    await remove();
    await remove();
    await expect(get()).rejects.toMatchObject({ code: 'ReplicationConfigurationNotFoundError' });
  });

  it('needs iam:PassRole on a role of the caller\u2019s own account', async () => {
    const user = await createUser(s3.site.identity, ACCOUNT, { userName: 'ann' });
    const ann: Principal = {
      kind: 'user',
      account: ACCOUNT,
      arn: `arn:aws:iam::${ACCOUNT}:user/ann`,
      userId: user.userId,
      userName: 'ann',
    };
    await expect(put(ann)).rejects.toMatchObject({ code: 'AccessDenied', status: 403 });
    const allow = (Condition: object) =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'iam:PassRole', Resource: ROLE, Condition }],
      });
    const grant = (document: string) =>
      putInlinePolicy(s3.site.identity, 'user', ACCOUNT, 'ann', 'pass', document);
    await grant(allow({ StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } }));
    await expect(put(ann)).rejects.toMatchObject({ code: 'AccessDenied' });
    await grant(allow({ StringEquals: { 'iam:PassedToService': 's3.amazonaws.com' } }));
    await put(ann);
    const foreign = { ...CONFIGURATION, Role: `arn:aws:iam::${OTHER_ACCOUNT}:role/replicate` };
    await expect(put(ROOT, foreign)).rejects.toMatchObject({ code: 'AccessDenied', status: 403 });
    // A role that does not exist is stored: that shows when an object travels.
    await put(ROOT, { ...CONFIGURATION, Role: `arn:aws:iam::${ACCOUNT}:role/nobody` });
  });

  it('a refused document leaves the old one as it is', async () => {
    await put(ROOT);
    await expect(put(ROOT, { Role: ROLE, Rules: [] })).rejects.toMatchObject({ code: 'MalformedXML' });
    await expect(put(ROOT, CONFIGURATION, { 'x-amz-bucket-object-lock-token': 't' })).rejects.toMatchObject({
      code: 'NotImplemented',
      status: 501,
    });
    expect(await get()).toEqual({ ReplicationConfiguration: CONFIGURATION });
  });

  it('names a bucket that does not exist', async () => {
    await expect(get('nowhere')).rejects.toMatchObject({ code: 'NoSuchBucket', status: 404 });
  });
});
