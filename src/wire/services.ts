import type { ServiceDefinition } from './definition.ts';
import type { Frontend } from './operation-request.ts';
import { createRpcFrontend, type RpcOptions } from './rpc-frontend.ts';
import { createS3Frontend } from './s3-frontend.ts';
import { createS3ControlFrontend } from './s3control-frontend.ts';
import type { ServiceName } from './select-service.ts';
import { createService, type Service, type ServiceRuntime } from './service.ts';

export interface ServicesOptions {
  /** Names under which this server is reached, for virtual-host style. */
  readonly domains: readonly string[];
}

const RPC: Readonly<Record<Exclude<ServiceName, 's3' | 's3control'>, Omit<RpcOptions, 'sdk'>>> = {
  iam: {
    service: 'iam',
    namespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
    dialect: 'query',
    decimals: false,
  },
  sts: {
    service: 'sts',
    namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    dialect: 'query',
    decimals: false,
  },
  kms: {
    service: 'kms',
    namespace: 'https://trent.kms.amazonaws.com/doc/',
    dialect: 'json',
    decimals: false,
  },
  monitoring: {
    service: 'monitoring',
    namespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
    dialect: 'json',
    decimals: true,
  },
};

function frontendOf(name: ServiceName, sdk: object, domains: readonly string[]): Frontend {
  if (name === 's3') return createS3Frontend(sdk, domains);
  if (name === 's3control') return createS3ControlFrontend(sdk, domains);
  return createRpcFrontend({ ...RPC[name], sdk });
}

// Services that are not handled yet still answer NotImplemented in their own protocol. Their models are loaded when
// the first request asks: a start should not wait for them.
const MODELS: Readonly<Record<ServiceName, () => Promise<object>>> = {
  s3: () => import('@aws-sdk/client-s3'),
  s3control: () => import('@aws-sdk/client-s3-control'),
  iam: () => import('@aws-sdk/client-iam'),
  sts: () => import('@aws-sdk/client-sts'),
  kms: () => import('@aws-sdk/client-kms'),
  monitoring: () => import('@aws-sdk/client-cloudwatch'),
};

const NAMES: readonly ServiceName[] = ['s3', 's3control', 'iam', 'sts', 'kms', 'monitoring'];

/** Every service of the port: those defined, and the rest of AWS's that clients call, which answer NotImplemented. */
export function createServices<Caller>(
  definitions: readonly ServiceDefinition<Caller>[],
  runtime: ServiceRuntime<Caller>,
  options: ServicesOptions,
): ReadonlyMap<ServiceName, Service<Caller>> {
  const services = new Map<ServiceName, Service<Caller>>();
  for (const name of NAMES) {
    const definition = definitions.find((candidate) => candidate.name === name);
    services.set(
      name,
      definition === undefined
        ? unhandled(name, runtime, options)
        : createService(definition, frontendOf(name, definition.sdk, options.domains), runtime),
    );
  }
  return services;
}

function unhandled<Caller>(
  name: ServiceName,
  runtime: ServiceRuntime<Caller>,
  options: ServicesOptions,
): Service<Caller> {
  let loading: Promise<Service<Caller>> | undefined;
  const load = async () => {
    const sdk = await MODELS[name]();
    const definition = { name, sdk, protocol: 'rest-xml', handled: new Map() } as const;
    return createService<Caller>(definition, frontendOf(name, sdk, options.domains), runtime);
  };
  return {
    name,
    async handle(request, answer, trace) {
      loading ??= load();
      const service = await loading;
      return service.handle(request, answer, trace);
    },
  };
}
