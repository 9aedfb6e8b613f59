import { corsNotEnabled, invalidArgument, invalidBucketName, versionIdNotAccepted } from '../errors/s3.ts';
import { splitHost } from './host-style.ts';
import type { Frontend, OperationRequest } from './operation-request.ts';
import { createRestXml, S3_NAMESPACE } from './protocols/rest-xml.ts';
import { decodeComponent, type WireRequest } from './request.ts';
import { Routes } from './routes.ts';
import { refusedMethod, Subresources } from './s3-subresources.ts';
import { compileOperations, type Operation } from './service-model.ts';

/** What any bucket name may be made of, AWS's old ones included. Nothing else goes on from here: a name with a slash
 * would name an object of another bucket in every ARN made of it. */
const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/;

/** S3: the bucket stands in front of the host or first in the path, the key is the rest. */
export function createS3Frontend(sdk: object, domains: readonly string[]): Frontend {
  const operations = compileOperations(sdk);
  const routes = new Routes(operations);
  const subresources = new Subresources(operations);
  const protocol = createRestXml({ namespace: S3_NAMESPACE, errors: 's3' });
  return {
    signing: { service: 's3', dialect: 's3' },
    protocolOf: () => protocol,
    route(request): OperationRequest {
      if (request.method === 'OPTIONS')
        throw corsNotEnabled(request.headers['access-control-request-method'] ?? '');
      const { bucket, key } = splitPath(request, domains);
      if (bucket !== undefined && !BUCKET.test(bucket)) throw invalidBucketName(bucket);
      const path = bucket === undefined ? 'service' : key === undefined ? 'bucket' : 'key';
      const owner = path === 'service' ? path : subresources.ownerOf(request, path);
      const match = routes.matchObjectPath(request, bucket, owner === 'key' ? key : undefined);
      if (match.kind !== 'found') throw refusedMethod(request, path);
      checkVersionId(request, match.operation);
      return { operation: match.operation, protocol, labels: match.labels };
    },
  };
}

/** Bucket and key, decoded; a bucket followed by a lone slash has no key. */
export function splitPath(
  request: WireRequest,
  domains: readonly string[],
): { bucket: string | undefined; key: string | undefined } {
  const { rawPath } = request;
  const hostBucket = splitHost(request.host, domains).bucket;
  if (hostBucket !== undefined) {
    return { bucket: hostBucket, key: rawPath.length > 1 ? decodeComponent(rawPath.slice(1)) : undefined };
  }
  if (rawPath.length < 2) return { bucket: undefined, key: undefined };
  const slash = rawPath.indexOf('/', 1);
  if (slash === -1) return { bucket: decodeComponent(rawPath.slice(1)), key: undefined };
  const key = slash + 1 < rawPath.length ? decodeComponent(rawPath.slice(slash + 1)) : undefined;
  return { bucket: decodeComponent(rawPath.slice(1, slash)), key };
}

/** A version is only named where the operation is about one: anywhere else it would silently mean the newest. */
function checkVersionId({ query }: WireRequest, { queryMembers }: Operation): void {
  const versionId = query.get('versionId')?.[0];
  if (versionId === undefined) return;
  if (!queryMembers.some(({ wireName }) => wireName === 'versionId')) throw versionIdNotAccepted(versionId);
  if (versionId === '') throw invalidArgument('Version id cannot be the empty string', 'versionId', '');
}
