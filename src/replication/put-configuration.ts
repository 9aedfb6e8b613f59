import type { ReplicationConfiguration as ConfigurationInput } from '@aws-sdk/client-s3';
import type { Bucket } from '../buckets/bucket.ts';
import type { Buckets } from '../buckets/buckets.ts';
import {
  destinationVersioningNotEnabled,
  replicationConfigurationNotFound,
  sourceVersioningNotEnabled,
} from '../errors/replication.ts';
import type { Random } from '../lib/random.ts';
import type { ReplicationConfiguration } from '../store/tables/bucket-row.ts';
import { readDestinationArn } from './configuration/arns.ts';
import { refuseWhatIsNotBuilt } from './configuration/not-built.ts';
import { checkConfigurationShape, readConfiguration } from './configuration.ts';

/** Replaces the bucket's configuration; a refused one leaves the old as it is. The order of the checks is AWS's as
 * far as it is known (reference: s3-replication 1.4).
 * @param mayPassRole throws AccessDenied where the caller may not hand this role to S3
 * @throws MalformedXML, InvalidArgument, InvalidRequest, NotImplemented */
export async function putReplicationConfiguration(
  options: {
    readonly buckets: Buckets;
    readonly random: Random;
    readonly mayPassRole: (roleArn: string) => Promise<void>;
  },
  bucket: Bucket,
  input: ConfigurationInput | undefined,
): Promise<void> {
  const { role } = checkConfigurationShape(input);
  await options.mayPassRole(role.arn);
  if (bucket.row.versioning !== 'Enabled') throw sourceVersioningNotEnabled();
  const configuration = readConfiguration(input, bucket.row.name, options.random);
  for (const rule of configuration.rules) refuseWhatIsNotBuilt(rule);
  await checkDestinations(options.buckets, configuration);
  await options.buckets.update(bucket, (row) => {
    if (row.versioning !== 'Enabled') throw sourceVersioningNotEnabled();
    return { ...row, replication: configuration, replicationSeen: true };
  });
}

/** Those of Disabled rules, too, as AWS does. */
async function checkDestinations(buckets: Buckets, { rules }: ReplicationConfiguration): Promise<void> {
  const names = new Set(rules.map((rule) => readDestinationArn(rule.destination.bucket)));
  for (const name of names) {
    const destination = await buckets.find(name);
    if (destination?.row.versioning !== 'Enabled') throw destinationVersioningNotEnabled();
  }
}

/** @throws ReplicationConfigurationNotFoundError */
export function getReplicationConfiguration(bucket: Bucket): ReplicationConfiguration {
  const { replication, name } = bucket.row;
  if (replication === undefined) throw replicationConfigurationNotFound(name);
  return replication;
}

/** What is pending is still delivered: it was accepted under the rule (reference 2). */
export async function deleteReplicationConfiguration(buckets: Buckets, bucket: Bucket): Promise<void> {
  await buckets.update(bucket, (row) => {
    const { replication, ...rest } = row;
    return replication === undefined ? row : rest;
  });
}
