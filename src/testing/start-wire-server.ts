import { systemClock } from '../lib/clock.ts';
import { systemRandom } from '../lib/random.ts';
import type { AccessRequirement, Call } from '../wire/call.ts';
import type { ServiceDefinition } from '../wire/definition.ts';
import { createListener, type RequestRecord } from '../wire/listener.ts';
import type { WireRequest } from '../wire/request.ts';
import type { WireResponse } from '../wire/response.ts';
import type { ServiceRuntime } from '../wire/service.ts';
import { createServices, type LateDefinition } from '../wire/services.ts';
import { createAuthenticator } from '../wire/sigv4/authenticate.ts';

/** The whole wire on a loopback port, with one access key and whatever services a test defines. */
export const TEST_ACCESS_KEY = { accessKeyId: 'AKIDWIRE', secretAccessKey: 'wire-secret' };
export const TEST_CALLER = 'caller';

export interface WireServer {
  readonly port: number;
  readonly endpoint: string;
  readonly records: RequestRecord[];
  readonly faults: unknown[];
  close(graceMs: number): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface WireServerOptions
  extends Partial<Pick<ServiceRuntime<string>, 'expectBucketOwner' | 'clock'>> {
  readonly domains?: readonly string[];
  readonly authorise?: (call: Call<string>, requirements: readonly AccessRequirement[]) => Promise<void>;
  readonly internal?: (request: WireRequest) => Promise<WireResponse>;
}

export async function startWireServer(
  definitions: readonly (ServiceDefinition<string> | LateDefinition<string>)[],
  options: WireServerOptions = {},
): Promise<WireServer> {
  const records: RequestRecord[] = [];
  const faults: unknown[] = [];
  const { secretAccessKey, accessKeyId } = TEST_ACCESS_KEY;
  const reportFault = (_requestId: string, _operation: string | undefined, cause: unknown) => {
    faults.push(cause);
  };
  const clock = options.clock ?? systemClock;
  const credentials = {
    lookup: (id: string) => (id === accessKeyId ? { secretAccessKey, principal: TEST_CALLER } : undefined),
  };
  const runtime: ServiceRuntime<string> = {
    authenticator: createAuthenticator({ clock, credentials }),
    anonymous: 'anonymous',
    authorise: options.authorise ?? (async () => undefined),
    ...(options.expectBucketOwner === undefined ? {} : { expectBucketOwner: options.expectBucketOwner }),
    clock,
    defaultRegion: 'us-east-1',
    reportFault,
  };
  const listener = createListener({
    services: createServices(definitions, runtime, { domains: options.domains ?? [] }),
    domains: options.domains ?? [],
    ...(options.internal === undefined ? {} : { internal: options.internal }),
    clock: systemClock,
    random: systemRandom,
    accountOf: (caller) => caller,
    onRequest: (record) => records.push(record),
    reportFault,
  });
  const port = await listener.listen({ hosts: ['127.0.0.1'], port: 0 });
  return {
    port,
    endpoint: `http://127.0.0.1:${port}`,
    records,
    faults,
    close: (graceMs) => listener.close(graceMs),
    [Symbol.asyncDispose]: () => listener.close(1000),
  };
}
