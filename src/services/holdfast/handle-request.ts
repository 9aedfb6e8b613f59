import {
  administrationDenied,
  administrationInvalid,
  bodyNotSigned,
  noSuchOperation,
} from '../../errors/holdfast.ts';
import { asAwsError } from '../../errors/s3.ts';
import { authorise } from '../../identity/authorise.ts';
import type { Logger } from '../../lib/logger.ts';
import { PROMETHEUS_CONTENT_TYPE } from '../../metrics/render.ts';
import type { Principal } from '../../policy/types.ts';
import { readWhole } from '../../wire/control-body.ts';
import { faultOf } from '../../wire/fault-of.ts';
import type { WireRequest } from '../../wire/request.ts';
import type { WireResponse } from '../../wire/response.ts';
import type { Authenticator } from '../../wire/sigv4/authenticated.ts';
import { openBody } from '../../wire/sigv4/open-body.ts';
import { requestContext } from '../request-context.ts';
import type { AdministrationContext, JsonObject } from './operation.ts';
import { OPERATIONS } from './operations.ts';

/** Everything below `/_holdfast/`: health, metrics and our own API. No bucket can begin with `_`. */
export interface HoldfastEndpoint {
  readonly administration: AdministrationContext;
  readonly authenticator: Authenticator<Principal>;
  readonly logger: Logger;
  /** Why the site cannot serve writes now; undefined when it can. */
  unreadyBecause(): string | undefined;
  /** Prometheus text of the whole process. */
  metrics(): Promise<string>;
}

const API_PREFIX = '/_holdfast/api/';
// Admin calls carry a name or two.
const BODY_BYTES_MAX = 64 * 1024;
const HOLDFAST_RESOURCE = 'arn:aws:holdfast:::*';

export async function handleHoldfastRequest(
  endpoint: HoldfastEndpoint,
  request: WireRequest,
): Promise<WireResponse> {
  try {
    return await route(endpoint, request);
  } catch (cause) {
    const error = asAwsError(cause);
    const fault = faultOf(error);
    if (fault !== undefined) {
      endpoint.logger.error({ cause: fault, path: request.rawPath }, 'an admin request failed');
    }
    return json(error.status, { code: error.code, message: error.message }, error.headers);
  }
}

async function route(endpoint: HoldfastEndpoint, request: WireRequest): Promise<WireResponse> {
  const { method, rawPath } = request;
  if (rawPath.startsWith(API_PREFIX)) {
    if (method !== 'POST')
      return json(405, { code: 'MethodNotAllowed', message: 'Use POST.' }, { allow: 'POST' });
    return callOperation(endpoint, request, rawPath.slice(API_PREFIX.length));
  }
  if (method !== 'GET' && method !== 'HEAD') {
    return json(405, { code: 'MethodNotAllowed', message: 'Use GET.' }, { allow: 'GET, HEAD' });
  }
  switch (rawPath) {
    // No detail and no signature: a load balancer asks, and so may anybody.
    case '/_holdfast/health/live':
      return text(200, 'live\n');
    case '/_holdfast/health/ready':
      return endpoint.unreadyBecause() === undefined ? text(200, 'ready\n') : text(503, 'not ready\n');
    case '/_holdfast/metrics':
      return text(200, await endpoint.metrics(), PROMETHEUS_CONTENT_TYPE);
    default:
      return json(404, { code: 'NotFound', message: 'There is nothing here.' });
  }
}

async function callOperation(
  endpoint: HoldfastEndpoint,
  request: WireRequest,
  name: string,
): Promise<WireResponse> {
  const authenticated = await endpoint.authenticator.authenticate(
    {
      method: request.method,
      rawUrl: request.rawUrl,
      headers: request.headers,
      rawHeaders: request.rawHeaders,
    },
    { service: 'holdfast', dialect: 's3' },
  );
  if (authenticated.kind === 'anonymous') throw administrationDenied();
  if (authenticated.payload.mode !== 'exact') {
    throw bodyNotSigned();
  }
  const opened = openBody(request.body, authenticated.payload, request.headers);
  const body = (await readWhole(opened.body, BODY_BYTES_MAX)).toString('utf8');
  const caller = authenticated.principal;
  const operation = OPERATIONS.get(name);
  const input = parseObject(body);
  const { conditions, ...access } = (await operation?.access?.(input, caller, endpoint.administration)) ?? {
    action: `holdfast:${name}`,
    resource: HOLDFAST_RESOURCE,
    resourceAccount: endpoint.administration.operatorAccount,
    conditions: {},
  };
  const { headers, sourceIp, secure } = request;
  const { identity, site } = endpoint.administration;
  // Of the whole site: whatever region a client signs for, policies see the one.
  const asked = { headers, sourceIp, secure, authenticated, clock: site.clock, region: site.defaultRegion };
  const decision = await authorise(identity, {
    principal: caller,
    ...access,
    context: { ...requestContext(asked), ...conditions },
  });
  if (decision.decision !== 'allow') throw administrationDenied();
  if (operation === undefined) throw noSuchOperation(name);
  return json(200, await operation.handle(input, endpoint.administration, caller));
}

function parseObject(body: string): JsonObject {
  try {
    const parsed: unknown = JSON.parse(body === '' ? '{}' : body);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as JsonObject;
  } catch {
    // Said below, as for any other body that is no object.
  }
  throw administrationInvalid('The body must be one JSON object.');
}

function json(status: number, body: object, headers: Readonly<Record<string, string>> = {}): WireResponse {
  return { status, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function text(status: number, body: string, contentType = 'text/plain'): WireResponse {
  return { status, headers: { 'content-type': contentType }, body };
}
