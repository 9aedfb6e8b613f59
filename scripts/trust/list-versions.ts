import {
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';

export interface Place {
  readonly client: S3Client;
  readonly bucket: string;
}

export interface PresentVersion {
  readonly key: string;
  readonly versionId: string;
  /** `marker` for a delete marker. */
  readonly etag: string;
}

/** Every version and marker of the bucket, by version id. */
export async function listVersions(place: Place, prefix = ''): Promise<ReadonlyMap<string, PresentVersion>> {
  const found = new Map<string, PresentVersion>();
  for await (const page of versionPages(place, prefix)) {
    for (const version of page) found.set(version.versionId, version);
  }
  return found;
}

/** The same, a page at once: of each its versions, then its markers. */
export async function* versionPages(
  { client, bucket }: Place,
  prefix = '',
): AsyncGenerator<readonly PresentVersion[]> {
  const present = (Key = '', VersionId = '', etag: string) => ({ key: Key, versionId: VersionId, etag });
  let from: { KeyMarker?: string; VersionIdMarker?: string } | undefined = {};
  while (from !== undefined) {
    const page: ListObjectVersionsCommandOutput = await client.send(
      new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, ...from }),
    );
    yield [
      ...(page.Versions ?? []).map(({ Key, VersionId, ETag }) => present(Key, VersionId, ETag ?? '')),
      ...(page.DeleteMarkers ?? []).map(({ Key, VersionId }) => present(Key, VersionId, 'marker')),
    ];
    from = page.IsTruncated === true ? markers(page) : undefined;
  }
}

function markers({ NextKeyMarker, NextVersionIdMarker }: ListObjectVersionsCommandOutput) {
  return {
    ...(NextKeyMarker !== undefined && { KeyMarker: NextKeyMarker }),
    ...(NextVersionIdMarker !== undefined && { VersionIdMarker: NextVersionIdMarker }),
  };
}

// As many as keep a small server busy.
const AT_ONCE = 8;

export async function forEachAtOnce<Item>(
  items: Iterable<Item>,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  let next = 0;
  const worker = async () => {
    for (let item = queue[next++]; item !== undefined; item = queue[next++]) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
