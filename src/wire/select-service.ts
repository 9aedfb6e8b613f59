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

/** One port, every service: the credential scope names the service; S3 Control signs as s3 and is told by its dated
 * path. What is left is S3. */
export function selectService(request: WireRequest): ServiceName {
  if (request.rawPath.startsWith(S3_CONTROL_PATH)) return 's3control';
  const scope = serviceOfCredential(request.headers['authorization'], request.rawUrl);
  if (scope !== undefined) return BY_SCOPE[scope] ?? 's3';
  return unsigned(request);
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
