import type { AwsError } from '../errors/aws-error.ts';
import type { ByteStream } from '../lib/byte-stream.ts';
import type { Clock } from '../lib/clock.ts';
import type { AccessRequirement, Call, ResponseOverrides } from './call.ts';
import { faultOf } from './fault-of.ts';
import type { WireRequest } from './request.ts';
import type { ServiceRuntime } from './service.ts';
import type { Authenticated, OpenedBody } from './sigv4/authenticated.ts';

/** The call of one request. A class, not a literal: one shape for all of them, which handlers read fast. */
export class RequestCall<Caller> implements Call<Caller> {
  readonly operation: string;
  readonly caller: Caller;
  readonly authenticated: Authenticated<Caller>;
  readonly requestId: string;
  readonly region: string;
  readonly body: ByteStream;
  readonly bodyLength?: number;
  readonly trailers: ReadonlyMap<string, string>;
  readonly response: ResponseOverrides = { headers: {} };
  readonly #runtime: ServiceRuntime<Caller>;
  readonly #request: WireRequest;
  #reported = false;

  constructor(
    runtime: ServiceRuntime<Caller>,
    request: WireRequest,
    operation: string,
    authenticated: Authenticated<Caller>,
    opened: OpenedBody,
    requestId: string,
  ) {
    const signed = authenticated.kind === 'signed';
    this.operation = operation;
    this.caller = signed ? authenticated.principal : runtime.anonymous;
    this.authenticated = authenticated;
    this.requestId = requestId;
    this.region = (signed && authenticated.scope.region) || runtime.defaultRegion;
    this.body = opened.body;
    if (opened.contentLength !== undefined) this.bodyLength = opened.contentLength;
    this.trailers = opened.trailers;
    this.#runtime = runtime;
    this.#request = request;
  }

  get sourceIp(): string {
    return this.#request.sourceIp;
  }

  get secure(): boolean {
    return this.#request.secure;
  }

  get method(): string {
    return this.#request.method;
  }

  get path(): string {
    return this.#request.rawPath;
  }

  get host(): string {
    return this.#request.host;
  }

  get headers(): Readonly<Record<string, string>> {
    return this.#request.headers;
  }

  get query(): ReadonlyMap<string, readonly string[]> {
    return this.#request.query;
  }

  get clock(): Clock {
    return this.#runtime.clock;
  }

  get signal(): AbortSignal {
    return this.#request.signal;
  }

  reportIfOurs(error: AwsError): void {
    const fault = faultOf(error);
    if (fault === undefined || this.#reported) return;
    this.#reported = true;
    this.#runtime.reportFault(this.requestId, this.operation, fault);
  }

  authorise(requirements: readonly AccessRequirement[]): Promise<void> {
    return this.#runtime.authorise(this, requirements);
  }
}
