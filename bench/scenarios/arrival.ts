import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { callServer } from '../../src/command-line/call-server.ts';
import type { ClientKeys } from '../../src/config-client.ts';

const POLL_MS = 25;

interface Place {
  readonly endpoint: string;
  readonly keys: ClientKeys;
  readonly client: S3Client;
  readonly bucket: string;
}

/** When all objects were there, in milliseconds since 1970. The bucket's counter of versions tells, which costs next to
 * nothing; that they really are there is counted afterwards, outside the measured time: reading ten thousand keys costs as
 * much as replicating a thousand of them. */
export async function arrivalOf(
  place: Place,
  { objects, msMax }: { readonly objects: number; readonly msMax: number },
): Promise<number> {
  for (let waitedMs = 0; waitedMs < msMax; waitedMs += POLL_MS) {
    if ((await countVersions(place)) >= objects) {
      const arrivedAtMs = Date.now();
      const listed = await countKeys(place);
      if (listed !== objects) throw new Error(`${listed} of ${objects} objects are listed`);
      return arrivedAtMs;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error('not everything arrived');
}

async function countVersions({ endpoint, keys, bucket }: Place): Promise<number> {
  const { status } = await callServer<{ status: { buckets: readonly { versions: number }[] } }>(
    endpoint,
    'GetStatus',
    { bucket, verify: false },
    keys,
  );
  return status.buckets[0]?.versions ?? 0;
}

async function countKeys({ client, bucket }: Place): Promise<number> {
  let count = 0;
  let token: string | undefined;
  do {
    const page: { KeyCount?: number | undefined; NextContinuationToken?: string | undefined } =
      await client.send(
        new ListObjectsV2Command({
          Bucket: bucket,
          ...(token !== undefined && { ContinuationToken: token }),
        }),
      );
    count += page.KeyCount ?? 0;
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return count;
}
