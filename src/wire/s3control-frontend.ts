import { methodNotAllowed } from '../errors/s3.ts';
import { accountsDiffer } from '../errors/s3control.ts';
import { splitHost } from './host-style.ts';
import type { Frontend } from './operation-request.ts';
import { createRestXml, S3_CONTROL_NAMESPACE } from './protocols/rest-xml.ts';
import { decodeComponent } from './request.ts';
import { Routes } from './routes.ts';
import { compileOperations } from './service-model.ts';

export const S3_CONTROL_PATH = '/v20180820/';

/** S3 Control signs as s3 and is told by its dated path; clients put the account in front of the host. */
export function createS3ControlFrontend(sdk: object, domains: readonly string[]): Frontend {
  const routes = new Routes(compileOperations(sdk));
  const protocol = createRestXml({ namespace: S3_CONTROL_NAMESPACE, errors: 's3control' });
  return {
    signing: { service: 's3', dialect: 's3' },
    protocolOf: () => protocol,
    route(request) {
      const match = routes.matchSegments(request, request.rawPath.slice(1).split('/'));
      if (match.kind !== 'found') throw methodNotAllowed(request.method, 'SERVICE');
      const labels: Record<string, string> = {};
      const { account } = splitHost(request.host, domains);
      const named = request.headers['x-amz-account-id'];
      if (account !== undefined && named !== undefined && account !== named) throw accountsDiffer();
      for (const [name, raw] of Object.entries(match.labels)) labels[name] = decodeComponent(raw);
      return { operation: match.operation, protocol, labels };
    },
  };
}
