import { beforeEach, describe, expect, it } from 'vitest';
import { putOwnershipControls } from '../buckets/ownership-controls.ts';
import {
  ACCOUNT,
  OTHER_ACCOUNT,
  type ReplicationFixture,
  replicatingSite,
  rolePolicy,
  ruleTo,
} from '../testing/replication-fixture.ts';
import { SimulatedClock } from '../testing/simulated-clock.ts';

let clock: SimulatedClock;
let s3: ReplicationFixture;

/** Time for everything that is going to happen. */
const settle = () => clock.advance(60_000);

beforeEach(async () => {
  clock = new SimulatedClock();
  s3 = await replicatingSite(clock);
  return async () => {
    expect(await s3.wrongCounters()).toEqual([]);
    for (const worker of s3.site.workers) await worker.stop();
  };
});

/** Reference: s3-replication 5.1 and 7. Each takes one right away. */
const FORBIDDEN: readonly [action: string, code: string, arrives: boolean][] = [
  ['s3:GetObjectVersionAcl', 'SrcGetAclNotPermitted', false],
  ['s3:GetObjectVersionTagging', 'SrcGetTaggingNotPermitted', true],
  ['s3:GetReplicationConfiguration', 'SrcBucketReplicationConfigMissing', false],
  ['s3:ReplicateObject', 'DstPutObjectNotPermitted', false],
  ['s3:ReplicateTags', 'DstPutTaggingNotPermitted', true],
  ['s3:GetObjectVersion*', 'SrcGetObjectNotPermitted', false],
];

describe('the role is really assumed', () => {
  const denying = (...actions: readonly string[]) => {
    const policy = JSON.parse(rolePolicy('source', ['destination'])) as { Statement: object[] };
    policy.Statement.push({ Effect: 'Deny', Action: actions, Resource: '*' });
    return JSON.stringify(policy);
  };

  it.each(FORBIDDEN)('without %s: %s', async (action, code, arrives) => {
    await s3.rolePolicy(denying(action));
    await s3.replicate('source', ruleTo('destination'));
    await s3.put('source', 'key', 'key', [['a', '1']]);
    await settle();
    expect(await s3.status('source', 'key')).toBe('FAILED');
    expect(await s3.failureCodes()).toEqual([code]);
    const replica = await s3.read('destination', 'key');
    expect(replica === undefined).toBe(!arrives);
    if (!arrives) return;
    expect(replica?.tags).toEqual([]);
    // Repaired, a new change of tags leads out of FAILED.
    await s3.rolePolicy(rolePolicy('source', ['destination']));
    await s3.tag('source', 'key', [['a', '2']]);
    await settle();
    expect(await s3.status('source', 'key')).toBe('COMPLETED');
    expect((await s3.read('destination', 'key'))?.tags).toEqual([['a', '2']]);
    expect(await s3.failureCodes()).toEqual([]);
  });

  /** s3:* on everything, narrowed or refused by one more statement. */
  const everythingBut = (statement: object) =>
    s3.rolePolicy(
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }, statement],
      }),
    );

  it.each([
    // AWS knows no tags at s3:GetObjectVersionForReplication, so that the data alone could be read.
    ['s3:GetObjectVersion*', 'SrcGetAclNotPermitted'],
    ['s3:GetObjectVersionAcl', 'SrcGetAclNotPermitted'],
    ['s3:GetObjectVersionTagging', 'SrcGetTaggingNotPermitted'],
  ])('a Deny of %s asks for the tags of each version', async (action, code) => {
    await everythingBut({
      Effect: 'Deny',
      Action: action,
      Resource: 'arn:aws:s3:::source/*',
      Condition: { StringEquals: { 's3:ExistingObjectTag/secret': 'yes' } },
    });
    await s3.replicate('source', ruleTo('destination'));
    await s3.put('source', 'secret', 'secret', [['secret', 'yes']]);
    await s3.put('source', 'open', 'open', [['secret', 'no']]);
    await settle();
    expect(await s3.status('source', 'secret')).toBe('FAILED');
    expect(await s3.failureCodes()).toEqual([code]);
    expect(await s3.status('source', 'open')).toBe('COMPLETED');
  });

  it('an Allow asks for the tags and the id of each version', async () => {
    const allowed = async (condition: object) =>
      s3.rolePolicy(
        JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Allow', Action: ['s3:GetReplicationConfiguration', 's3:Replicate*'], Resource: '*' },
            {
              Effect: 'Allow',
              Action: 's3:GetObjectVersion*',
              Resource: 'arn:aws:s3:::source/*',
              Condition: condition,
            },
          ],
        }),
      );
    await s3.replicate('source', ruleTo('destination'));
    await allowed({ StringEquals: { 's3:ExistingObjectTag/public': 'yes' } });
    await s3.put('source', 'public', 'public', [['public', 'yes']]);
    await s3.put('source', 'private', 'private', [['public', 'no']]);
    await settle();
    expect(await s3.status('source', 'public')).toBe('COMPLETED');
    expect((await s3.read('destination', 'public'))?.tags).toEqual([['public', 'yes']]);
    expect(await s3.status('source', 'private')).toBe('FAILED');
    await allowed({ StringLike: { 's3:versionid': '?'.repeat(32) } });
    await s3.put('source', 'any');
    await settle();
    expect(await s3.status('source', 'any')).toBe('COMPLETED');
  });

  it.each([
    [{ 's3:ResourceAccount': ACCOUNT }, 'COMPLETED'],
    [{ 's3:ResourceAccount': OTHER_ACCOUNT }, 'FAILED'],
    [{ 'aws:ResourceAccount': ACCOUNT }, 'COMPLETED'],
    [{ 'aws:RequestedRegion': ['us-east-1', 'ap-south-1'] }, 'COMPLETED'],
    // The destination lies in the other region.
    [{ 'aws:RequestedRegion': 'us-east-1' }, 'FAILED'],
  ])('a Deny of everything outside %o: %s', async (inside, status) => {
    await everythingBut({
      Effect: 'Deny',
      Action: 's3:*',
      Resource: '*',
      Condition: { StringNotEquals: inside },
    });
    await s3.replicate('source', ruleTo('destination'));
    await s3.put('source', 'key', 'key', [['a', '1']]);
    await settle();
    expect(await s3.status('source', 'key')).toBe(status);
  });

  it('either of the two reading rights is enough, a Deny on the other does not matter', async () => {
    await s3.rolePolicy(denying('s3:GetObjectVersionForReplication'));
    await s3.replicate('source', ruleTo('destination'));
    await s3.put('source', 'one');
    await settle();
    await s3.rolePolicy(denying('s3:GetObjectVersion'));
    await s3.put('source', 'two');
    await settle();
    expect(await s3.versions('destination')).toHaveLength(2);
  });

  it('ReplicateObject covers tags', async () => {
    await s3.rolePolicy(rolePolicy('source', ['destination']).replace('"s3:ReplicateTags",', ''));
    await s3.replicate('source', ruleTo('destination'));
    await s3.put('source', 'key', 'key', [['a', '1']]);
    await settle();
    expect((await s3.read('destination', 'key'))?.tags).toEqual([['a', '1']]);
  });

  it('markers need ListBucket and ReplicateDelete', async () => {
    await s3.rolePolicy(denying('s3:ReplicateDelete'));
    await s3.replicate('source', ruleTo('destination'));
    await s3.remove('source', 'one');
    await settle();
    await s3.rolePolicy(denying('s3:ListBucket'));
    await s3.remove('source', 'two');
    await settle();
    expect(new Set(await s3.failureCodes())).toEqual(
      new Set(['DstDelObjNotPermitted', 'SrcHeadObjectNotPermitted']),
    );
    expect(await s3.versions('destination')).toEqual([]);
  });

  it('a role that does not exist or does not trust S3 fails as AssumeRoleNotPermitted', async () => {
    const rule = ruleTo('destination');
    const { putReplicationConfiguration } = await import('./put-configuration.ts');
    const { buckets, site } = s3.site;
    await putReplicationConfiguration(
      { buckets, random: site.random, mayPassRole: () => Promise.resolve() },
      await buckets.require('source'),
      { Role: `arn:aws:iam::${ACCOUNT}:role/nobody`, Rules: [rule] },
    );
    await s3.put('source', 'key');
    await settle();
    expect(await s3.failureCodes()).toEqual(['AssumeRoleNotPermitted']);
  });

  it('an owner override needs its own right, but not where the bucket owns its objects anyway', async () => {
    const destination = await s3.site.buckets.require('destination');
    await putOwnershipControls(s3.site.buckets, destination, 'ObjectWriter');
    const rule = ruleTo('destination', {
      Destination: {
        Bucket: 'arn:aws:s3:::destination',
        Account: ACCOUNT,
        AccessControlTranslation: { Owner: 'Destination' },
      },
    });
    await s3.replicate('source', rule);
    await s3.put('source', 'one');
    await settle();
    expect(await s3.failureCodes()).toEqual(['DstPutObjectNotPermitted']);
    await s3.rolePolicy(
      rolePolicy('source', ['destination']).replace(
        '"s3:ReplicateTags"',
        '"s3:ReplicateTags","s3:ObjectOwnerOverrideToBucketOwner"',
      ),
    );
    await s3.put('source', 'two');
    await settle();
    expect(await s3.status('source', 'two')).toBe('COMPLETED');
    await s3.rolePolicy(rolePolicy('source', ['destination']));
    await putOwnershipControls(s3.site.buckets, destination, 'BucketOwnerEnforced');
    await s3.put('source', 'three');
    await settle();
    expect(await s3.status('source', 'three')).toBe('COMPLETED');
  });

  it('a public policy of another account counts only where that account does not restrict it', async () => {
    await s3.bucket('foreign', { owner: OTHER_ACCOUNT });
    const restrict = (restrictPublicBuckets: boolean) =>
      s3.site.buckets.update(foreign, (row) => ({
        ...row,
        policy: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: '*',
              Action: 's3:ReplicateObject',
              Resource: 'arn:aws:s3:::foreign/*',
            },
          ],
        }),
        publicAccessBlock: {
          blockPublicAcls: false,
          ignorePublicAcls: false,
          blockPublicPolicy: false,
          restrictPublicBuckets,
        },
      }));
    const foreign = await s3.site.buckets.require('foreign');
    await s3.rolePolicy(rolePolicy('source', ['foreign']));
    await s3.replicate('source', ruleTo('foreign'));
    await restrict(true);
    await s3.put('source', 'one');
    await settle();
    expect(await s3.failureCodes()).toEqual(['DstPutObjectNotPermitted']);
    await restrict(false);
    await s3.put('source', 'two');
    await settle();
    expect((await s3.versions('foreign')).map(({ key }) => key)).toEqual(['two']);
  });

  it('a right by prefix is asked for each key', async () => {
    await s3.rolePolicy(
      rolePolicy('source', ['destination']).replace('destination/*', 'destination/allowed/*'),
    );
    await s3.replicate('source', ruleTo('destination'));
    await s3.put('source', 'allowed/key');
    await s3.put('source', 'other/key');
    await settle();
    expect((await s3.versions('destination')).map(({ key }) => key)).toEqual(['allowed/key']);
  });
});
