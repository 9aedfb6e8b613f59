import { notImplemented } from '../../../errors/s3.ts';
import type { WriteConditions } from '../../../objects/conditions.ts';

type Headers = Readonly<Record<string, string>>;

/** The conditions of PutObject, CopyObject and CompleteMultipartUpload. Forms that AWS does not take are refused as it
 * refuses them.
 * @throws AwsError NotImplemented */
export function writeConditions(headers: Headers): WriteConditions | undefined {
  const ifMatch = headers['if-match'];
  const ifNoneMatch = headers['if-none-match'];
  if (headers['if-modified-since'] !== undefined) throw notImplemented('If-Modified-Since');
  if (headers['if-unmodified-since'] !== undefined) throw notImplemented('If-Unmodified-Since');
  if (ifMatch !== undefined && ifNoneMatch !== undefined) {
    throw notImplemented(
      'If-Match,If-None-Match',
      'Multiple conditional request headers present in the request',
    );
  }
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch !== '*') throw unacceptedValue('If-None-Match');
    return { ifNoneMatch };
  }
  if (ifMatch === undefined) return undefined;
  if (ifMatch === '*') throw unacceptedValue('If-Match');
  return { ifMatch };
}

function unacceptedValue(header: string) {
  return notImplemented(header, `We don't accept the provided value of ${header} header for this API`);
}
