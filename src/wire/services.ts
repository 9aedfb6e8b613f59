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

/** A service whose program and model are read when the first request asks for it: a start should not wait for them. */
export interface LateDefinition<Caller> {
  readonly name: ServiceName;
  readonly load: () => Promise<ServiceDefinition<Caller>>;
}

// Services that are not handled yet still answer NotImplemented in their own protocol.
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
  definitions: readonly (ServiceDefinition<Caller> | LateDefinition<Caller>)[],
  runtime: ServiceRuntime<Caller>,
  { domains }: ServicesOptions,
): ReadonlyMap<ServiceName, Service<Caller>> {
  const services = new Map<ServiceName, Service<Caller>>();
  for (const name of NAMES) {
    const create = (definition: ServiceDefinition<Caller>) =>
      createService(definition, frontendOf(name, definition.sdk, domains), runtime);
    const definition = definitions.find((candidate) => candidate.name === name) ?? unhandled(name);
    services.set(
      name,
      'load' in definition
        ? lateService(name, async () => create(await definition.load()))
        : create(definition),
    );
  }
  return services;
}

function unhandled<Caller>(name: ServiceName): LateDefinition<Caller> {
  return {
    name,
    load: async () => ({ name, sdk: await MODELS[name](), protocol: 'rest-xml', handled: new Map() }),
  };
}

function lateService<Caller>(name: ServiceName, load: () => Promise<Service<Caller>>): Service<Caller> {
  let loading: Promise<Service<Caller>> | undefined;
  return {
    name,
    async handle(request, answer, trace) {
      loading ??= load();
      const service = await loading;
      return service.handle(request, answer, trace);
    },
  };
}
