import type { AwsClients } from './aws-clients.ts';
import type { Perform } from './aws-steps.ts';
import { RequestError, UsageError } from './command.ts';
import type { Terminal } from './terminal.ts';

/** A bucket of the caller's account, and where it is.
 * @throws RequestError where there is none, or it is another account's */
export async function requireBucketRegion(aws: AwsClients, bucket: string): Promise<string> {
  const { GetBucketLocationCommand } = await import('@aws-sdk/client-s3');
  try {
    const command = new GetBucketLocationCommand({ Bucket: bucket, ExpectedBucketOwner: aws.account });
    const { LocationConstraint } = await (await aws.s3()).send(command);
    // What the API says of the region that had no name at first.
    return LocationConstraint ?? 'us-east-1';
  } catch (error) {
    const code = error instanceof RequestError ? error.code : undefined;
    if (code === 'NoSuchBucket') {
      throw new RequestError(
        `There is no bucket ${bucket}: make it with aws s3api create-bucket --bucket ${bucket}.`,
        { cause: error, code },
      );
    }
    if (code === 'AccessDenied') {
      throw new RequestError(
        `You may not use ${bucket}: it is another account's, or you lack s3:GetBucketLocation on it.`,
        { cause: error, code },
      );
    }
    throw error;
  }
}

/** Replication needs versions on both sides. Nothing is switched on unless the person agreed, or said
 * `--enable-versioning`.
 * @throws UsageError where nobody can be asked, RequestError where the person says no */
export async function ensureVersioning(
  aws: AwsClients,
  { terminal, perform }: { readonly terminal: Terminal; readonly perform: Perform },
  { bucket, region, agreed }: { readonly bucket: string; readonly region: string; readonly agreed: boolean },
): Promise<void> {
  const { GetBucketVersioningCommand, PutBucketVersioningCommand } = await import('@aws-sdk/client-s3');
  const s3 = await aws.s3(region);
  const { Status } = await s3.send(new GetBucketVersioningCommand({ Bucket: bucket }));
  if (Status === 'Enabled') return;
  const state = `Versioning of ${bucket} is ${Status === 'Suspended' ? 'suspended' : 'off'}, and replication needs it`;
  if (!agreed) {
    if (!terminal.interactive) throw new UsageError(`${state}: add --enable-versioning.`);
    if (!(await terminal.confirm(`${state}. Enable it?`, true))) {
      throw new RequestError('Nothing was changed.');
    }
  }
  await perform({
    title: 'versioning, which replication needs on both sides',
    command: 's3api put-bucket-versioning',
    options: { bucket, region, 'versioning-configuration': 'Status=Enabled' },
    run: () =>
      s3.send(
        new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: 'Enabled' } }),
      ),
  });
}
