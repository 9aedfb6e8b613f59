import { readFileSync } from 'node:fs';
import type { Node } from './compose.ts';
import type { ServeConfig } from './config.ts';
import { accessDenied } from './errors/s3.ts';
import { FaultLog } from './lib/fault-log.ts';
import type { Logger } from './lib/logger.ts';
import type { Principal } from './policy/types.ts';
import { saysUnavailable } from './replication/destinations/unavailable.ts';
import { type HoldfastEndpoint, handleHoldfastRequest } from './services/holdfast/handle-request.ts';
import { authoriseInOwnAccount } from './services/iam/authorise.ts';
import { GLOBAL_REGIONS } from './services/request-context.ts';
import { authoriseS3 } from './services/s3/authorise.ts';
import { s3Service } from './services/s3/index.ts';
import type { AccessRequirement } from './wire/call.ts';
import { createListener, type Listener, type RequestRecord } from './wire/listener.ts';
import { createServices } from './wire/services.ts';
import { createAuthenticator } from './wire/sigv4/authenticate.ts';
import type { Authenticator } from './wire/sigv4/authenticated.ts';

export interface HttpOptions {
  readonly config: Pick<ServeConfig, 'domains' | 'tls'>;
  readonly logger: Logger;
  readonly operatorAccount: string;
  readonly administration: Omit<HoldfastEndpoint['administration'], 'identity' | 'site' | 'operatorAccount'>;
  unreadyBecause(): string | undefined;
  metrics(): Promise<string>;
  onRequest?(record: RequestRecord): void;
}

const ANONYMOUS: Principal = { kind: 'anonymous' };

// A third of the program. What a client asks for first is mostly S3, and a start should not wait for the rest.
const LATER = {
  s3control: () => import('./services/s3control/service.ts'),
  iam: () => import('./services/iam/service.ts'),
  sts: () => import('./services/sts/service.ts'),
};

/** Reads what `composeHttp` leaves until it is asked for, so that no request has to wait for it. */
export async function loadLaterServices(): Promise<void> {
  for (const load of Object.values(LATER)) await load();
}

/** Everything that answers HTTP in one thread: one port, every service. */
export function composeHttp(node: Node, options: HttpOptions): Listener {
  const { site, identity, objects } = node;
  const { logger, config } = options;
  const faults = new FaultLog(logger, site.clock, saysUnavailable);
  const reportFault = (requestId: string, operation: string | undefined, cause: unknown) =>
    faults.note(requestId, operation, cause);
  const authenticator = createAuthenticator<Principal>({
    clock: site.clock,
    credentials: { lookup: (accessKeyId, token) => identity.credentials(accessKeyId, token) },
    regions: new Set([...site.regions.keys(), ...GLOBAL_REGIONS]),
  });
  const services = createServices<Principal>(
    [
      s3Service(objects, identity),
      {
        name: 's3control',
        load: async () => (await LATER.s3control()).s3ControlService(site, identity, objects.buckets),
      },
      { name: 'iam', load: async () => (await LATER.iam()).iamService(identity) },
      { name: 'sts', load: async () => (await LATER.sts()).stsService(identity) },
    ],
    {
      authenticator,
      anonymous: ANONYMOUS,
      authorise: (call, requirements) =>
        isOnBuckets(requirements)
          ? authoriseS3({ objects, identity }, call, requirements)
          : authoriseInOwnAccount(identity, call, requirements),
      expectBucketOwner: async (name, account) => {
        const bucket = await objects.buckets.find(name);
        if (bucket !== undefined && bucket.row.owner !== account) throw accessDenied();
      },
      clock: site.clock,
      defaultRegion: site.defaultRegion,
      reportFault,
    },
    { domains: config.domains },
  );
  const endpoint = holdfastEndpoint(node, options, authenticator);
  return createListener<Principal>({
    services,
    domains: config.domains,
    internal: (request) => handleHoldfastRequest(endpoint, request),
    clock: site.clock,
    random: site.random,
    accountOf: (caller) => ('account' in caller ? caller.account : undefined),
    onRequest: requestLog(logger, (record) => options.onRequest?.(record)),
    reportFault,
    ...(config.tls !== undefined && {
      tls: { certificate: readFileSync(config.tls.certificatePath), key: readFileSync(config.tls.keyPath) },
    }),
  });
}

/** What is acted on may have a policy of its own (a bucket's), or is of the caller's account alone (IAM, STS). */
function isOnBuckets(requirements: readonly AccessRequirement[]): boolean {
  return requirements.every(({ action }) => action.startsWith('s3:'));
}

function holdfastEndpoint(
  { identity, site }: Node,
  options: HttpOptions,
  authenticator: Authenticator<Principal>,
): HoldfastEndpoint {
  return {
    administration: { ...options.administration, identity, site, operatorAccount: options.operatorAccount },
    authenticator,
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
