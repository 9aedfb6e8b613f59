import { HeadObjectCommand, ListObjectsV2Command, NotFound, type S3Client } from '@aws-sdk/client-s3';

const POLL_MS = 20;

interface Place {
  readonly client: S3Client;
  readonly bucket: string;
}

/** When all objects were there, in milliseconds since 1970. Counting ten thousand keys costs as much as replicating some
 * hundred of them, so it is not done before the object that was written last is there. */
export async function arrivalOf(
  place: Place,
  { lastKey, objects, msMax }: { readonly lastKey: string; readonly objects: number; readonly msMax: number },
): Promise<number> {
  for (let waitedMs = 0; waitedMs < msMax; waitedMs += POLL_MS) {
    if ((await exists(place, lastKey)) && (await countKeys(place)) >= objects) return Date.now();
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error('not everything arrived');
}

async function exists({ client, bucket }: Place, key: string): Promise<boolean> {
  try {
    await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    return true;
  } catch (error) {
    if (error instanceof NotFound) return false;
    throw error;
  }
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
