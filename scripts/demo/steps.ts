import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  PutBucketPolicyCommand,
  PutBucketReplicationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type ReplicationConfiguration,
} from '@aws-sdk/client-s3';
import {
  exampleDocument,
  FAR_REGION,
  HOME_REGION,
  iam,
  type Keys,
  PARTNER,
  REPLICA,
  ROLE,
  SOURCE,
  s3,
  type Upload,
  type World,
} from './world.ts';

/** One step: the command a person would type, and the same call through the SDK. */
export interface Step<Answer = unknown> {
  readonly title: string;
  /** Without `aws --endpoint-url ...`, which the printer puts in front. */
  readonly command: string;
  readonly profile?: 'partner';
  run(): Promise<Answer>;
}

/** Documents that the commands name; written into the work folder before the first step. */
export const DOCUMENTS = [
  'assume-role-policy.json',
  'replication-permissions-policy.json',
  'destination-bucket-policy.json',
  'replication.json',
  'replication-with-archive.json',
  'archive-permissions-policy.json',
  'batch-assume-role-policy.json',
  'batch-permissions-policy.json',
  'batch-manifest-generator.json',
  'batch-report.json',
] as const;
export type DocumentName = (typeof DOCUMENTS)[number];

export function configureSteps(world: World): Step[] {
  const document = (name: DocumentName) => documentUrl(world, name);
  return [
    createBucket(world, SOURCE, HOME_REGION, world.owner),
    createBucket(world, REPLICA, FAR_REGION, world.owner),
    createBucket(world, PARTNER, FAR_REGION, world.partner),
    enableVersioning(world, SOURCE, HOME_REGION, world.owner),
    enableVersioning(world, REPLICA, FAR_REGION, world.owner),
    enableVersioning(world, PARTNER, FAR_REGION, world.partner),
    {
      title: 'a role that S3 may assume',
      command: `iam create-role --role-name ${ROLE} --assume-role-policy-document ${document('assume-role-policy.json')}`,
      run: () =>
        iam(world, world.owner).send(
          new CreateRoleCommand({
            RoleName: ROLE,
            AssumeRolePolicyDocument: exampleDocument('assume-role-policy.json', world),
          }),
        ),
    },
    {
      title: 'what the role may do',
      command: `iam put-role-policy --role-name ${ROLE} --policy-name replication --policy-document ${document('replication-permissions-policy.json')}`,
      run: () =>
        iam(world, world.owner).send(
          new PutRolePolicyCommand({
            RoleName: ROLE,
            PolicyName: 'replication',
            PolicyDocument: exampleDocument('replication-permissions-policy.json', world),
          }),
        ),
    },
    {
      title: 'the other account lets the role in',
      command: `s3api put-bucket-policy --bucket ${PARTNER} --region ${FAR_REGION} --policy ${document('destination-bucket-policy.json')}`,
      profile: 'partner',
      run: () =>
        s3(world, world.partner, FAR_REGION).send(
          new PutBucketPolicyCommand({
            Bucket: PARTNER,
            Policy: exampleDocument('destination-bucket-policy.json', world),
          }),
        ),
    },
    {
      title: 'the rules',
      command: `s3api put-bucket-replication --bucket ${SOURCE} --region ${HOME_REGION} --replication-configuration ${document('replication.json')}`,
      run: () =>
        s3(world, world.owner, HOME_REGION).send(
          new PutBucketReplicationCommand({
            Bucket: SOURCE,
            ReplicationConfiguration: JSON.parse(
              exampleDocument('replication.json', world),
            ) as ReplicationConfiguration,
          }),
        ),
    },
  ];
}

export function uploadSteps(world: World): Step[] {
  return world.uploads.map((upload) => uploadStep(world, upload));
}

/** As the `aws` command takes it. */
export function documentUrl({ workFolder }: World, name: DocumentName): string {
  return `file://${join(workFolder, name)}`;
}

export function createBucket(world: World, bucket: string, region: string, keys: Keys): Step {
  const elsewhere = region !== HOME_REGION;
  return {
    title: `a bucket in ${region}${keys === world.partner ? ' of the other account' : ''}`,
    command: `s3api create-bucket --bucket ${bucket} --region ${region}${elsewhere ? ` --create-bucket-configuration LocationConstraint=${region}` : ''}`,
    ...profileOf(world, keys),
    run: () =>
      s3(world, keys, region).send(
        new CreateBucketCommand({
          Bucket: bucket,
          ...(elsewhere && { CreateBucketConfiguration: { LocationConstraint: FAR_REGION } }),
        }),
      ),
  };
}

export function enableVersioning(world: World, bucket: string, region: string, keys: Keys): Step {
  return {
    title: 'versioning, which replication needs on both sides',
    command: `s3api put-bucket-versioning --bucket ${bucket} --region ${region} --versioning-configuration Status=Enabled`,
    ...profileOf(world, keys),
    run: () =>
      s3(world, keys, region).send(
        new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: 'Enabled' } }),
      ),
  };
}

function uploadStep(world: World, { key, path }: Upload): Step {
  return {
    title: `upload ${key}`,
    command: `s3api put-object --bucket ${SOURCE} --region ${HOME_REGION} --key ${key} --body ${path}`,
    run: async () =>
      s3(world, world.owner, HOME_REGION).send(
        new PutObjectCommand({ Bucket: SOURCE, Key: key, Body: await readFile(path) }),
      ),
  };
}

function profileOf(world: World, keys: Keys): { profile?: 'partner' } {
  return keys === world.partner ? { profile: 'partner' } : {};
}
