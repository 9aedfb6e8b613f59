import { splitHost } from './host-style.ts';
import type { WireRequest } from './request.ts';
import { S3_CONTROL_PATH } from './s3control-frontend.ts';
import { serviceOfCredential } from './sigv4/scope.ts';

export type ServiceName = 's3' | 's3control' | 'iam' | 'sts' | 'kms' | 'monitoring';

const BY_SCOPE: Readonly<Record<string, ServiceName>> = {
  iam: 'iam',
  sts: 'sts',
  kms: 'kms',
  monitoring: 'monitoring',
};

const BY_TARGET: Readonly<Record<string, ServiceName>> = {
  TrentService: 'kms',
  GraniteServiceVersion20100801: 'monitoring',
};

const INTERNAL_PATH = /^\/_(?:holdfast|console)(?:\/|$)/;

/** `/_holdfast/...` and `/_console/...` are ours: no bucket name can begin with an underscore. Keys can, behind a bucket
 * in the host. */
export function isInternal(request: WireRequest, domains: readonly string[]): boolean {
  return INTERNAL_PATH.test(request.rawPath) && !namesBucket(request, domains);
}

/** One port, every service: the credential scope names the service; S3 Control signs as s3 and is told by its dated
 * path. What is left is S3. */
export function selectService(request: WireRequest, domains: readonly string[]): ServiceName {
  if (request.rawPath.startsWith(S3_CONTROL_PATH) && !namesBucket(request, domains)) return 's3control';
  const scope = serviceOfCredential(request.headers['authorization'], request.rawUrl);
  if (scope !== undefined) return BY_SCOPE[scope] ?? 's3';
  return unsigned(request);
}

function namesBucket({ host }: WireRequest, domains: readonly string[]): boolean {
  return splitHost(host, domains).bucket !== undefined;
}

/** Unsigned: it will be refused, but by the service that the client means and in its own protocol. */
function unsigned(request: WireRequest): ServiceName {
  const target = request.headers['x-amz-target']?.split('.')[0];
  if (target !== undefined) return BY_TARGET[target] ?? 's3';
  if (request.headers['smithy-protocol'] !== undefined) return 'monitoring';
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
  if (request.rawPath === '/' && (request.query.has('Action') || (request.method === 'POST' && isForm)))
    return 'sts';
  return 's3';
}
