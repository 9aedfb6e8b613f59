import { invalidArgument } from '../errors/s3.ts';
import { decodeComponent } from './request.ts';

export interface CopySource {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string;
}

// An access point ARN is no bucket name: its effect is not built, so that it fails as an unknown bucket would.
const SOURCE = /^\/?([^/]+)\/(.+)$/s;

/** `x-amz-copy-source`: `bucket/key` or `/bucket/key`, encoded as in a query (`+` is a space), with an optional
 * `?versionId=`. Here because the owner that a request expects of the source is checked for all operations alike.
 * @throws AwsError InvalidArgument */
export function copySource(header: string | undefined): CopySource {
  const [path = '', query, ...rest] = (header ?? '').split('?');
  const decoded = decodedComponent(path);
  const match = decoded === undefined ? null : SOURCE.exec(decoded);
  const versionId = query === undefined ? undefined : versionIdOf(query);
  if (match === null || rest.length > 0 || (query !== undefined && versionId === undefined)) {
    throw invalidArgument('Invalid copy source object key', 'x-amz-copy-source', header ?? '');
  }
  const [, bucket = '', key = ''] = match;
  return versionId === undefined ? { bucket, key } : { bucket, key, versionId };
}

function versionIdOf(query: string): string | undefined {
  const match = /^versionId=(.+)$/.exec(query);
  return match === null ? undefined : decodedComponent(match[1] ?? '');
}

function decodedComponent(text: string): string | undefined {
  try {
    return decodeComponent(text, true);
  } catch {
    return undefined;
  }
}
