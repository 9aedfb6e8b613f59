import * as s3 from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { refusal, refusedWith, s3Fixture, unlisted, XML } from './s3-answers.ts';

const fixture = s3Fixture();
type On = { Bucket: string };

describe('what is not set', () => {
  it.each<[string, (on: On) => Promise<unknown>]>([
    ['404 NoSuchCORSConfiguration', (on) => fixture.client.send(new s3.GetBucketCorsCommand(on))],
    ['404 NoSuchWebsiteConfiguration', (on) => fixture.client.send(new s3.GetBucketWebsiteCommand(on))],
    [
      '404 NoSuchLifecycleConfiguration',
      (on) => fixture.client.send(new s3.GetBucketLifecycleConfigurationCommand(on)),
    ],
    [
      '404 ObjectLockConfigurationNotFoundError Object Lock configuration does not exist for this bucket',
      (on) => fixture.client.send(new s3.GetObjectLockConfigurationCommand(on)),
    ],
    [
      '404 ReplicationConfigurationNotFoundError The replication configuration was not found',
      (on) => fixture.client.send(new s3.GetBucketReplicationCommand(on)),
    ],
    [
      '404 NoSuchTagSet The TagSet does not exist',
      (on) => fixture.client.send(new s3.GetBucketTaggingCommand(on)),
    ],
    ['404 NoSuchBucketPolicy', (on) => fixture.client.send(new s3.GetBucketPolicyCommand(on))],
    ['404 NoSuchBucketPolicy', (on) => fixture.client.send(new s3.GetBucketPolicyStatusCommand(on))],
    [
      '404 NoSuchConfiguration The specified configuration does not exist.',
      (on) => fixture.client.send(new s3.GetBucketMetricsConfigurationCommand({ ...on, Id: 'x' })),
    ],
    [
      '404 NoSuchConfiguration',
      (on) => fixture.client.send(new s3.DeleteBucketMetricsConfigurationCommand({ ...on, Id: 'x' })),
    ],
    [
      '404 NoSuchConfiguration',
      (on) => fixture.client.send(new s3.GetBucketInventoryConfigurationCommand({ ...on, Id: 'x' })),
    ],
  ])('%s', async (expected, send) => {
    expect(await refusedWith(send({ Bucket: await fixture.bucket() }))).toContain(expected);
    expect(await refusal(send({ Bucket: 'no-such-bucket-here' }))).toMatchObject({
      status: 404,
      code: 'NoSuchBucket',
      fields: { BucketName: 'no-such-bucket-here' },
    });
  });

  it('answers with empty documents', async () => {
    const on = { Bucket: await fixture.bucket() };
    const { client } = fixture;
    expect((await client.send(new s3.GetBucketRequestPaymentCommand(on))).Payer).toBe('BucketOwner');
    expect((await client.send(new s3.GetBucketAccelerateConfigurationCommand(on))).Status).toBeUndefined();
    expect((await client.send(new s3.GetBucketLoggingCommand(on))).LoggingEnabled).toBeUndefined();
    const notification = await client.send(new s3.GetBucketNotificationConfigurationCommand(on));
    expect(notification.QueueConfigurations).toBeUndefined();
    for (const command of [
      new s3.ListBucketMetricsConfigurationsCommand(on),
      new s3.ListBucketInventoryConfigurationsCommand(on),
      new s3.ListBucketAnalyticsConfigurationsCommand(on),
      new s3.ListBucketIntelligentTieringConfigurationsCommand(on),
    ]) {
      expect((await client.send(command)).IsTruncated).toBe(false);
    }
  });

  it('deleting it succeeds, twice', async () => {
    const on = { Bucket: await fixture.bucket() };
    for (let time = 0; time < 2; time += 1) {
      const answers = await Promise.all([
        fixture.client.send(new s3.DeleteBucketCorsCommand(on)),
        fixture.client.send(new s3.DeleteBucketWebsiteCommand(on)),
        fixture.client.send(new s3.DeleteBucketLifecycleCommand(on)),
        fixture.client.send(new s3.DeleteBucketEncryptionCommand(on)),
        fixture.client.send(new s3.DeleteBucketPolicyCommand(on)),
        fixture.client.send(new s3.DeleteBucketTaggingCommand(on)),
        fixture.client.send(new s3.DeleteBucketOwnershipControlsCommand(on)),
        fixture.client.send(new s3.DeletePublicAccessBlockCommand(on)),
        fixture.client.send(new s3.DeleteBucketReplicationCommand(on)),
      ]);
      expect(answers.map(({ $metadata }) => $metadata.httpStatusCode)).toEqual(Array(9).fill(204));
    }
    expect(await refusedWith(fixture.client.send(new s3.GetBucketOwnershipControlsCommand(on)))).toContain(
      '404 OwnershipControlsNotFoundError',
    );
    expect(await refusal(fixture.client.send(new s3.GetPublicAccessBlockCommand(on)))).toMatchObject({
      status: 404,
      code: 'NoSuchPublicAccessBlockConfiguration',
      fields: { BucketName: on.Bucket },
    });
  });
});

describe('what is not built is refused and not stored', () => {
  it.each<[string, (on: On) => Promise<unknown>]>([
    [
      'CORS',
      (on) =>
        fixture.client.send(
          new s3.PutBucketCorsCommand({
            ...on,
            CORSConfiguration: { CORSRules: [{ AllowedMethods: ['GET'], AllowedOrigins: ['*'] }] },
          }),
        ),
    ],
    [
      'notifications',
      (on) =>
        fixture.client.send(
          new s3.PutBucketNotificationConfigurationCommand({
            ...on,
            NotificationConfiguration: { EventBridgeConfiguration: {} },
          }),
        ),
    ],
    [
      'requester pays',
      (on) =>
        fixture.client.send(
          new s3.PutBucketRequestPaymentCommand({
            ...on,
            RequestPaymentConfiguration: { Payer: 'Requester' },
          }),
        ),
    ],
    [
      'KMS encryption',
      (on) =>
        fixture.client.send(
          new s3.PutBucketEncryptionCommand({
            ...on,
            ServerSideEncryptionConfiguration: {
              Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' } }],
            },
          }),
        ),
    ],
    [
      'website',
      (on) =>
        fixture.client.send(
          new s3.PutBucketWebsiteCommand({ ...on, WebsiteConfiguration: { IndexDocument: { Suffix: 'i' } } }),
        ),
    ],
    [
      'acceleration',
      (on) =>
        fixture.client.send(
          new s3.PutBucketAccelerateConfigurationCommand({
            ...on,
            AccelerateConfiguration: { Status: 'Enabled' },
          }),
        ),
    ],
  ])('%s', async (_name, send) => {
    expect(await refusal(send({ Bucket: await fixture.bucket() }))).toMatchObject({
      status: 501,
      code: 'NotImplemented',
    });
  });
});

const encrypt = async (...Rules: s3.ServerSideEncryptionRule[]) =>
  fixture.client.send(
    new s3.PutBucketEncryptionCommand({
      Bucket: await fixture.bucket(),
      ServerSideEncryptionConfiguration: { Rules },
    }),
  );

const own = async (...ownerships: string[]) =>
  fixture.client.send(
    new s3.PutBucketOwnershipControlsCommand({
      Bucket: await fixture.bucket(),
      OwnershipControls: { Rules: ownerships.map((name) => ({ ObjectOwnership: unlisted(name) })) },
    }),
  );

describe('encryption and ownership', () => {
  const aes: s3.ServerSideEncryptionRule = { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } };

  it('AES256 is what is', async () => {
    expect((await encrypt(aes)).$metadata.httpStatusCode).toBe(200);
    expect(await refusedWith(encrypt(aes, aes))).toBe(`400 ${XML}`);
    expect(
      await refusal(
        encrypt({ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256', KMSMasterKeyID: 'k' } }),
      ),
    ).toMatchObject({
      status: 400,
      message:
        'a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse',
      fields: { ArgumentName: 'ApplyServerSideEncryptionByDefault' },
    });
  });

  it('ownership: one known rule', async () => {
    await own('BucketOwnerPreferred');
    expect(await refusedWith(own('Nobody'))).toBe(`400 ${XML}`);
    expect(await refusedWith(own('ObjectWriter', 'ObjectWriter'))).toBe(`400 ${XML}`);
    expect(await refusedWith(own())).toBe(`400 ${XML}`);
  });
});

const putAcl = async (input: Omit<s3.PutObjectAclCommandInput, 'Bucket' | 'Key'>) => {
  const Bucket = await fixture.bucket();
  await fixture.client.send(new s3.PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }));
  return fixture.client.send(new s3.PutObjectAclCommand({ Bucket, Key: 'k', ...input }));
};

describe('access control lists', () => {
  it.each<[string, Omit<s3.PutObjectAclCommandInput, 'Bucket' | 'Key'>, string]>([
    ['private', { ACL: 'private' }, '400 AccessControlListNotSupported The bucket does not allow ACLs'],
    ['public-read', { ACL: 'public-read' }, '400 AccessControlListNotSupported'],
    ['unknown', { ACL: unlisted('nonsense') }, '400 InvalidArgument'],
    ['nothing', {}, '400 MissingSecurityHeader'],
    [
      'canned and grant',
      { ACL: 'private', GrantRead: `id=${'a'.repeat(64)}` },
      '400 InvalidRequest Specifying both Canned ACLs and Header Grants is not allowed',
    ],
    ['a bad id', { GrantRead: 'id=x' }, '400 InvalidArgument Invalid id'],
    ['a bad group', { GrantRead: 'uri=x' }, '400 InvalidArgument Invalid group uri'],
    [
      'canned and body',
      { ACL: 'private', AccessControlPolicy: { Owner: { ID: 'x' } } },
      '400 UnexpectedContent',
    ],
  ])('%s', async (_name, input, expected) => {
    expect(await refusedWith(putAcl(input))).toContain(expected);
  });

  it('the owner has full control, and that may be said', async () => {
    await putAcl({ ACL: 'bucket-owner-full-control' });
    const Bucket = await fixture.bucket();
    const { Owner, Grants } = await fixture.client.send(new s3.GetBucketAclCommand({ Bucket }));
    expect(Owner?.ID).toMatch(/^[0-9a-f]{64}$/);
    expect(Grants).toEqual([
      { Grantee: { ID: Owner?.ID, Type: 'CanonicalUser' }, Permission: 'FULL_CONTROL' },
    ]);
    await fixture.client.send(
      new s3.PutBucketAclCommand({
        Bucket,
        AccessControlPolicy: { Owner: Owner ?? {}, Grants: Grants ?? [] },
      }),
    );
  });

  it('on a write', async () => {
    const Bucket = await fixture.bucket();
    const write = (ACL: s3.ObjectCannedACL) =>
      fixture.client.send(new s3.PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ACL }));
    await write('bucket-owner-full-control');
    await write('private');
    expect(await refusedWith(write('public-read'))).toContain('400 AccessControlListNotSupported');
    await fixture.client.send(
      new s3.PutBucketOwnershipControlsCommand({
        Bucket,
        OwnershipControls: { Rules: [{ ObjectOwnership: 'ObjectWriter' }] },
      }),
    );
    await write('private');
    expect(await refusedWith(write('public-read'))).toContain('501 NotImplemented');
  });
});
