import { readFileSync } from 'node:fs';
import * as iamSdk from '@aws-sdk/client-iam';
import * as s3Sdk from '@aws-sdk/client-s3';
import * as stsSdk from '@aws-sdk/client-sts';
import type { Node } from './compose.ts';
import type { ServeConfig } from './config.ts';
import type { Logger } from './lib/logger.ts';
import type { Principal } from './policy/types.ts';
import { type HoldfastEndpoint, handleHoldfastRequest } from './services/holdfast/handle-request.ts';
import { authoriseInOwnAccount } from './services/iam/authorise.ts';
import { iamService } from './services/iam/service.ts';
import { authoriseS3 } from './services/s3/authorise.ts';
import { s3Service } from './services/s3/index.ts';
import { stsService } from './services/sts/service.ts';
import type { ServiceDefinition } from './wire/definition.ts';
import { createListener, type Listener, type RequestRecord } from './wire/listener.ts';
import type { Frontend } from './wire/operation-request.ts';
import { createRpcFrontend } from './wire/rpc-frontend.ts';
import { createS3Frontend } from './wire/s3-frontend.ts';
import type { ServiceName } from './wire/select-service.ts';
import { createService, type Service, type ServiceRuntime } from './wire/service.ts';
import { createAuthenticator } from './wire/sigv4/authenticate.ts';
import type { Authenticator } from './wire/sigv4/authenticated.ts';

export interface HttpOptions {
  readonly config: Pick<ServeConfig, 'domains' | 'tls'>;
  readonly logger: Logger;
  readonly operatorAccount: string;
  readonly administration: Omit<HoldfastEndpoint['administration'], 'identity'>;
  unreadyBecause(): string | undefined;
  metrics(): Promise<string>;
  onRequest?(record: RequestRecord): void;
}

const IAM_NAMESPACE = 'https://iam.amazonaws.com/doc/2010-05-08/';
const STS_NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';
const ANONYMOUS: Principal = { kind: 'anonymous' };

/** Everything that answers HTTP in one thread: one port, every service. */
export function composeHttp(node: Node, options: HttpOptions): Listener {
  const { site, identity, objects } = node;
  const { logger, config } = options;
  const reportFault = (requestId: string, operation: string | undefined, cause: unknown) =>
    logger.error({ requestId, operation, cause }, 'a request failed by our fault');
  const authenticator = createAuthenticator<Principal>({
    clock: site.clock,
    credentials: { lookup: (accessKeyId, token) => identity.credentials(accessKeyId, token) },
  });
  const shared = {
    authenticator,
    anonymous: ANONYMOUS,
    clock: site.clock,
    defaultRegion: site.defaultRegion,
    reportFault,
  };
  const s3Runtime: ServiceRuntime<Principal> = {
    ...shared,
    authorise: (call, requirements) => authoriseS3({ objects, identity }, call, requirements),
  };
  const accountRuntime: ServiceRuntime<Principal> = {
    ...shared,
    authorise: (call, requirements) => authoriseInOwnAccount(identity, call, requirements),
  };
  const services = new Map<ServiceName, Service<Principal>>([
    ['s3', createService(s3Service(objects, identity), createS3Frontend(s3Sdk, config.domains), s3Runtime)],
    ['iam', createService(iamService(identity), rpcFrontend(iamSdk, 'iam', IAM_NAMESPACE), accountRuntime)],
    ['sts', createService(stsService(identity), rpcFrontend(stsSdk, 'sts', STS_NAMESPACE), accountRuntime)],
    ...notYetBuilt(accountRuntime, config.domains),
  ]);
  const endpoint = holdfastEndpoint(node, options, authenticator);
  return createListener<Principal>({
    services,
    internal: (request) => handleHoldfastRequest(endpoint, request),
    clock: site.clock,
    random: site.random,
    accountOf: (caller) => ('account' in caller ? caller.account : undefined),
    onRequest: requestLog(logger, options.onRequest),
    reportFault,
    ...(config.tls !== undefined && {
      tls: { certificate: readFileSync(config.tls.certificatePath), key: readFileSync(config.tls.keyPath) },
    }),
  });
}

/** Services whose handlers are still to come answer NotImplemented in their own protocol. Their models are large, so
 * they are loaded when the first request comes. */
function notYetBuilt(
  runtime: ServiceRuntime<Principal>,
  domains: readonly string[],
): [ServiceName, Service<Principal>][] {
  const lazy = (name: ServiceName, load: () => Promise<{ sdk: object; frontend: Frontend }>) => {
    let service: Promise<Service<Principal>> | undefined;
    const begin = async (): Promise<Service<Principal>> => {
      const { sdk, frontend } = await load();
      const definition: ServiceDefinition<Principal> = {
        name,
        sdk,
        protocol: 'rest-xml',
        handled: new Map(),
      };
      return createService(definition, frontend, runtime);
    };
    const handle: Service<Principal>['handle'] = async (request, answer, trace) => {
      service ??= begin();
      return await (await service).handle(request, answer, trace);
    };
    return [name, { name, handle }] satisfies [ServiceName, Service<Principal>];
  };
  return [
    lazy('s3control', async () => {
      const sdk = await import('@aws-sdk/client-s3-control');
      const { createS3ControlFrontend } = await import('./wire/s3control-frontend.ts');
      return { sdk, frontend: createS3ControlFrontend(sdk, domains) };
    }),
    lazy('kms', async () => {
      const sdk = await import('@aws-sdk/client-kms');
      return { sdk, frontend: rpcFrontend(sdk, 'kms', '') };
    }),
    lazy('monitoring', async () => {
      const sdk = await import('@aws-sdk/client-cloudwatch');
      const namespace = 'http://monitoring.amazonaws.com/doc/2010-08-01/';
      return { sdk, frontend: rpcFrontend(sdk, 'monitoring', namespace) };
    }),
  ];
}

function rpcFrontend(sdk: object, service: string, namespace: string): Frontend {
  const dialect = service === 'iam' || service === 'sts' ? 'query' : 'json';
  // CloudWatch's numbers alone carry fractions.
  return createRpcFrontend({ sdk, service, namespace, dialect, decimals: service === 'monitoring' });
}

function holdfastEndpoint(
  { site, identity }: Node,
  options: HttpOptions,
  authenticator: Authenticator<Principal>,
): HoldfastEndpoint {
  return {
    administration: { ...options.administration, identity },
    authenticator,
    operatorAccount: options.operatorAccount,
    clock: site.clock,
    logger: options.logger,
    unreadyBecause: () => options.unreadyBecause(),
    metrics: () => options.metrics(),
  };
}

function requestLog(logger: Logger, onRequest: HttpOptions['onRequest']) {
  return (record: RequestRecord): void => {
    logger.info({ ...record }, 'request');
    onRequest?.(record);
  };
}
