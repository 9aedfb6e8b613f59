/** The documents that `rule create` writes: no more than replication needs (reference: s3-batch-replication 12.2). */

const VERSION = '2012-10-17';

export function trustPolicy(service: string): object {
  return {
    Version: VERSION,
    Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
  };
}

/** What the role of a configuration needs to bring one bucket's objects into another. */
export function replicationPolicy(
  source: string,
  destination: string,
  options: { readonly changeOwner: boolean },
): object {
  return {
    Version: VERSION,
    Statement: [
      {
        Effect: 'Allow',
        Action: ['s3:GetReplicationConfiguration', 's3:ListBucket'],
        Resource: `arn:aws:s3:::${source}`,
      },
      {
        Effect: 'Allow',
        Action: ['s3:GetObjectVersionForReplication', 's3:GetObjectVersionAcl', 's3:GetObjectVersionTagging'],
        Resource: `arn:aws:s3:::${source}/*`,
      },
      { Effect: 'Allow', Action: writeActions(options), Resource: `arn:aws:s3:::${destination}/*` },
    ],
  };
}

/** What the owner of a bucket in another account must allow. */
export function destinationPolicy(
  destination: string,
  roleArn: string,
  options: { readonly changeOwner: boolean },
): object {
  const Principal = { AWS: roleArn };
  return {
    Version: VERSION,
    Statement: [
      {
        Sid: 'ReplicaObjects',
        Effect: 'Allow',
        Principal,
        Action: writeActions(options),
        Resource: `arn:aws:s3:::${destination}/*`,
      },
      {
        Sid: 'ReplicaBucket',
        Effect: 'Allow',
        Principal,
        Action: ['s3:List*', 's3:GetBucketVersioning', 's3:PutBucketVersioning'],
        Resource: `arn:aws:s3:::${destination}`,
      },
    ],
  };
}

function writeActions({ changeOwner }: { readonly changeOwner: boolean }): string[] {
  return [
    's3:ReplicateObject',
    's3:ReplicateDelete',
    's3:ReplicateTags',
    ...(changeOwner ? ['s3:ObjectOwnerOverrideToBucketOwner'] : []),
  ];
}
