import { accessDenied, notImplemented } from '../../errors/s3.ts';
import type { Identity } from '../../identity/identity.ts';
import { passRole } from '../../identity/pass-role.ts';
import type { ObjectsContext } from '../../objects/context.ts';
import { putReplicationConfiguration } from '../../replication/put-configuration.ts';
import { requestContext } from './rules/request-context.ts';
import type { S3Access, S3Handler } from './s3-handler.ts';

/** Of a Support procedure that is no more; it would have allowed what is not checked any longer. */
const OBJECT_LOCK_TOKEN = 'x-amz-bucket-object-lock-token';

/** Whoever may configure a bucket must not thereby lend it a role that they could not use themselves. */
export const PutBucketReplication =
  (objects: ObjectsContext, identity: Identity): S3Handler<'PutBucketReplication'> =>
  async (input, call) => {
    if (call.headers[OBJECT_LOCK_TOKEN] !== undefined) throw notImplemented(OBJECT_LOCK_TOKEN);
    const bucket = await objects.buckets.require(input.Bucket);
    const mayPassRole = async (roleArn: string): Promise<void> => {
      const decision = await passRole(identity, {
        caller: call.caller,
        roleArn,
        service: 's3.amazonaws.com',
        context: requestContext(call),
      });
      if (decision.decision !== 'allow') throw accessDenied();
    };
    await putReplicationConfiguration(
      { buckets: objects.buckets, random: objects.site.random, mayPassRole },
      bucket,
      input.ReplicationConfiguration,
    );
    return {};
  };

export const putBucketReplicationAccess: S3Access<'PutBucketReplication'> = (input) => [
  { action: 's3:PutReplicationConfiguration', resource: `arn:aws:s3:::${input.Bucket}` },
];
