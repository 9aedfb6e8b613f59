import type { S3Call } from '../s3-handler.ts';

/** Where the object can be read: the host that the client used, with the bucket where the client put it. */
export function objectUrl(call: S3Call, bucket: string, key: string): string {
  const path = key.split('/').map(encodeURIComponent).join('/');
  const inHost = call.host.startsWith(`${bucket}.`);
  return `${origin(call)}/${inHost ? '' : `${bucket}/`}${path}`;
}

export function bucketUrl(call: S3Call, bucket: string): string {
  const inHost = call.host.startsWith(`${bucket}.`);
  return inHost ? `${origin(call)}/` : `${origin(call)}/${bucket}`;
}

function origin({ secure, host }: S3Call): string {
  return `${secure ? 'https' : 'http'}://${host}`;
}
