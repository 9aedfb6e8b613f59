import * as s3 from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { OTHER_ACCOUNT } from '../src/testing/start-s3-server.ts';
import { refusal, refusedWith, s3Fixture, unlisted, XML } from './s3-answers.ts';

const fixture = s3Fixture();

const constraint = (LocationConstraint: string | undefined, region: string) => () =>
  fixture.server.client({ region }).send(
    new s3.CreateBucketCommand({
      Bucket: 'never-made',
      ...(LocationConstraint === undefined
        ? {}
        : { CreateBucketConfiguration: { LocationConstraint: unlisted(LocationConstraint) } }),
    }),
  );

describe('creating buckets', () => {
  it('answers with a path in us-east-1 and a URL elsewhere', async () => {
    const here = await fixture.client.send(new s3.CreateBucketCommand({ Bucket: 'made-here' }));
    expect(here.Location).toBe('/made-here');
    expect(here.BucketArn).toBe('arn:aws:s3:::made-here');
    const there = await fixture.server.client({ region: 'ap-south-1' }).send(
      new s3.CreateBucketCommand({
        Bucket: 'made-there',
        CreateBucketConfiguration: { LocationConstraint: 'ap-south-1' },
      }),
    );
    expect(there.Location).toBe(`${fixture.server.endpoint}/made-there`);
    const location = await fixture.client.send(new s3.GetBucketLocationCommand({ Bucket: 'made-there' }));
    expect(location.LocationConstraint).toBe('ap-south-1');
  });

  it('again: nothing changes in us-east-1 without tags; refused with tags or elsewhere', async () => {
    const Bucket = await fixture.bucket();
    await fixture.client.send(new s3.CreateBucketCommand({ Bucket }));
    const tagged = new s3.CreateBucketCommand({
      Bucket,
      CreateBucketConfiguration: { Tags: [{ Key: 'a', Value: 'b' }] },
    });
    expect(await refusal(fixture.client.send(tagged))).toMatchObject({
      status: 409,
      code: 'BucketAlreadyOwnedByYou',
      fields: { BucketName: Bucket },
    });
    const other = fixture.server.client({ keys: fixture.server.otherRoot });
    expect(await refusal(other.send(new s3.CreateBucketCommand({ Bucket })))).toMatchObject({
      status: 409,
      code: 'BucketAlreadyExists',
    });
  });

  it.each([
    ['us-east-1 at us-east-1', constraint('us-east-1', 'us-east-1'), 'InvalidLocationConstraint'],
    ['nonsense at us-east-1', constraint('nonsense', 'us-east-1'), 'InvalidLocationConstraint'],
    ['us-east-1 elsewhere', constraint('us-east-1', 'ap-south-1'), 'IllegalLocationConstraintException'],
  ])('location constraint %s', async (_name, send, code) => {
    expect(await refusal(send())).toMatchObject({ status: 400, code });
  });

  it.each<[string, s3.CreateBucketCommandInput, string]>([
    ['an upper-case name', { Bucket: 'UpperCase' }, '400 InvalidBucketName'],
    ['object lock', { Bucket: 'locked-bucket', ObjectLockEnabledForBucket: true }, '501 NotImplemented'],
    [
      'an unknown ownership',
      { Bucket: 'owned-bucket', ObjectOwnership: unlisted('Nobody') },
      '400 InvalidArgument Invalid x-amz-object-ownership header: Nobody',
    ],
    [
      'a public ACL',
      { Bucket: 'public-bucket', ACL: 'public-read' as const },
      '400 AccessControlListNotSupported',
    ],
  ])('%s', async (_name, input, expected) => {
    expect(await refusedWith(fixture.client.send(new s3.CreateBucketCommand(input)))).toContain(expected);
  });

  it('a system tag', async () => {
    const command = new s3.CreateBucketCommand({
      Bucket: 'tagged-bucket',
      CreateBucketConfiguration: { Tags: [{ Key: 'aws:x', Value: '' }] },
    });
    expect(await refusedWith(fixture.client.send(command))).toContain(
      `400 InvalidTag User-defined tag keys can't start with "aws:".`,
    );
  });
});

describe('a new bucket', () => {
  it('has the defaults of AWS', async () => {
    const Bucket = await fixture.bucket();
    const { client } = fixture;
    const head = await client.send(new s3.HeadBucketCommand({ Bucket }));
    expect(head).toMatchObject({ BucketRegion: 'us-east-1', AccessPointAlias: false });
    expect(head.BucketArn).toBe(`arn:aws:s3:::${Bucket}`);
    const ownership = await client.send(new s3.GetBucketOwnershipControlsCommand({ Bucket }));
    expect(ownership.OwnershipControls?.Rules).toEqual([{ ObjectOwnership: 'BucketOwnerEnforced' }]);
    const block = await client.send(new s3.GetPublicAccessBlockCommand({ Bucket }));
    expect(block.PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    });
    const encryption = await client.send(new s3.GetBucketEncryptionCommand({ Bucket }));
    expect(encryption.ServerSideEncryptionConfiguration?.Rules).toEqual([
      { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false },
    ]);
    const versioning = await client.send(new s3.GetBucketVersioningCommand({ Bucket }));
    expect(versioning.Status).toBeUndefined();
    const location = await client.send(new s3.GetBucketLocationCommand({ Bucket }));
    expect(location.LocationConstraint).toBeUndefined();
  });
});

describe('deleting buckets', () => {
  it('with an upload in progress: both are gone', async () => {
    const Bucket = await fixture.bucket();
    const { client } = fixture;
    const { UploadId } = await client.send(new s3.CreateMultipartUploadCommand({ Bucket, Key: 'k' }));
    await client.send(new s3.UploadPartCommand({ Bucket, Key: 'k', UploadId, PartNumber: 1, Body: 'part' }));
    await client.send(new s3.DeleteBucketCommand({ Bucket }));
    await client.send(new s3.CreateBucketCommand({ Bucket }));
    expect((await client.send(new s3.ListMultipartUploadsCommand({ Bucket }))).Uploads).toBeUndefined();
  });

  it('empty: gone, and its name free', async () => {
    const Bucket = await fixture.bucket();
    await fixture.client.send(new s3.DeleteBucketCommand({ Bucket }));
    expect(await refusal(fixture.client.send(new s3.HeadBucketCommand({ Bucket })))).toMatchObject({
      status: 404,
    });
    await fixture.client.send(new s3.CreateBucketCommand({ Bucket }));
  });

  it('with an object, or with nothing but a delete marker', async () => {
    const plain = await fixture.bucket();
    await fixture.client.send(new s3.PutObjectCommand({ Bucket: plain, Key: 'k', Body: 'x' }));
    expect(await refusedWith(fixture.client.send(new s3.DeleteBucketCommand({ Bucket: plain })))).toBe(
      '409 BucketNotEmpty The bucket you tried to delete is not empty',
    );
    const versioned = await fixture.bucket('Enabled');
    await fixture.client.send(new s3.DeleteObjectCommand({ Bucket: versioned, Key: 'k' }));
    expect(await refusedWith(fixture.client.send(new s3.DeleteBucketCommand({ Bucket: versioned })))).toBe(
      '409 BucketNotEmpty The bucket you tried to delete is not empty. You must delete all versions in the bucket.',
    );
  });
});

const putVersioning = async (configuration: s3.VersioningConfiguration) =>
  fixture.client.send(
    new s3.PutBucketVersioningCommand({
      Bucket: await fixture.bucket(),
      VersioningConfiguration: configuration,
    }),
  );

describe('versioning', () => {
  it.each<[string, s3.VersioningConfiguration, string]>([
    ['lower case', { Status: unlisted('enabled') }, `400 ${XML}`],
    ['Disabled', { Status: unlisted('Disabled') }, `400 ${XML}`],
    ['no status', {}, '400 IllegalVersioningConfigurationException The Versioning element must be specified'],
    ['MFA delete', { Status: 'Enabled' as const, MFADelete: 'Enabled' as const }, '501 NotImplemented'],
  ])('%s', async (_name, configuration, expected) => {
    expect(await refusedWith(putVersioning(configuration))).toContain(expected);
  });

  it('Suspended on a bucket that never had it', async () => {
    const Bucket = await fixture.bucket('Suspended');
    const { Status } = await fixture.client.send(new s3.GetBucketVersioningCommand({ Bucket }));
    expect(Status).toBe('Suspended');
  });
});

describe('expected owner and region', () => {
  it('refuses another account, and what is none', async () => {
    const Bucket = await fixture.bucket();
    const head = (ExpectedBucketOwner: string) =>
      fixture.client.send(new s3.ListObjectsV2Command({ Bucket, ExpectedBucketOwner }));
    expect(await refusedWith(head(OTHER_ACCOUNT))).toBe('403 AccessDenied Access Denied');
    expect(await refusedWith(head('abc'))).toBe(
      '400 InvalidBucketOwnerAWSAccountID The value of the expected bucket owner parameter must be an AWS Account ID... [abc]',
    );
  });

  it('redirects to the region of the bucket', async () => {
    const Bucket = await fixture.bucket();
    const elsewhere = fixture.server.client({ region: 'ap-south-1' });
    expect(await refusal(elsewhere.send(new s3.ListObjectsV2Command({ Bucket })))).toMatchObject({
      status: 301,
      code: 'PermanentRedirect',
      headers: { 'x-amz-bucket-region': 'us-east-1' },
    });
    const nowhere = fixture.server.client({ region: 'eu-west-9' });
    expect(await refusal(nowhere.send(new s3.ListObjectsV2Command({ Bucket })))).toMatchObject({
      status: 400,
      code: 'AuthorizationHeaderMalformed',
      fields: { Region: 'us-east-1' },
    });
    const deletion = new s3.DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'k' }] } });
    expect(await refusal(elsewhere.send(deletion))).toMatchObject({ status: 301 });
  });
});

describe('listing buckets', () => {
  it('pages by name and filters by region and prefix', async () => {
    for (const name of ['page-a', 'page-b', 'page-c']) {
      await fixture.client.send(new s3.CreateBucketCommand({ Bucket: name }));
    }
    const first = await fixture.client.send(new s3.ListBucketsCommand({ Prefix: 'page-', MaxBuckets: 2 }));
    expect(first.Buckets?.map(({ Name, BucketRegion }) => [Name, BucketRegion])).toEqual([
      ['page-a', 'us-east-1'],
      ['page-b', 'us-east-1'],
    ]);
    const next = await fixture.client.send(
      new s3.ListBucketsCommand({
        Prefix: 'page-',
        MaxBuckets: 2,
        ContinuationToken: first.ContinuationToken ?? '',
      }),
    );
    expect(next.Buckets?.map(({ Name }) => Name)).toEqual(['page-c']);
    expect(next.ContinuationToken).toBeUndefined();
    const elsewhere = await fixture.client.send(
      new s3.ListBucketsCommand({ Prefix: 'page-', BucketRegion: 'ap-south-1' }),
    );
    expect(elsewhere.Buckets ?? []).toEqual([]);
    expect(await refusedWith(fixture.client.send(new s3.ListBucketsCommand({ BucketRegion: 'x' })))).toBe(
      '400 InvalidArgument Argument value x is not a valid AWS Region',
    );
  });
});
