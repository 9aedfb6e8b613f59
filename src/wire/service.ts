import { operationNotImplemented } from '../errors/requests.ts';
import { accessDenied, asAwsError, invalidBucketOwner, notImplemented } from '../errors/s3.ts';
import type { Clock } from '../lib/clock.ts';
import { type Bound, readBindings, type Values } from './bindings.ts';
import type { AccessRequirement, Call } from './call.ts';
import { readWhole, verifyControlBody } from './control-body.ts';
import { copySource } from './copy-source.ts';
import type { HandledOperation, ServiceDefinition } from './definition.ts';
import { faultOf } from './fault-of.ts';
import type { Frontend, OperationRequest } from './operation-request.ts';
import { primed } from './primed-body.ts';
import type { AnswerContext } from './protocols/protocol.ts';
import type { WireRequest } from './request.ts';
import { RequestCall } from './request-call.ts';
import type { WireResponse } from './response.ts';
import { isRecord } from './scalars.ts';
import type { Operation } from './service-model.ts';
import type { Authenticated, Authenticator, OpenedBody } from './sigv4/authenticated.ts';
import { openBody } from './sigv4/open-body.ts';
import { withHoistedHeaders } from './sigv4/presigned-url.ts';

/** What the pipeline is handed: it knows no feature. */
export interface ServiceRuntime<Caller> {
  readonly authenticator: Authenticator<Caller>;
  /** Who asks when nothing was signed. */
  readonly anonymous: Caller;
  /** Throws AccessDenied unless every requirement is met. */
  readonly authorise: (call: Call<Caller>, requirements: readonly AccessRequirement[]) => Promise<void>;
  /** Throws AccessDenied when the bucket belongs to another account than `x-amz-expected-bucket-owner` says. */
  readonly expectBucketOwner?: (bucket: string, account: string) => Promise<void>;
  readonly clock: Clock;
  /** Of anonymous requests and of scopes that name none. */
  readonly defaultRegion: string;
  /** Called with what is not the client's fault. The cause is never sent. */
  readonly reportFault: (requestId: string, operation: string | undefined, cause: unknown) => void;
}

/** What the log line of a request needs beside status and bytes. */
export interface RequestTrace<Caller> {
  operation?: string;
  caller?: Caller;
}

export interface Service<Caller> {
  readonly name: string;
  handle(request: WireRequest, answer: AnswerContext, trace: RequestTrace<Caller>): Promise<WireResponse>;
}

export function createService<Caller>(
  definition: ServiceDefinition<Caller>,
  frontend: Frontend,
  runtime: ServiceRuntime<Caller>,
): Service<Caller> {
  /** The path of a request, on one screen. */
  async function respond(
    received: WireRequest,
    answer: AnswerContext,
    trace: RequestTrace<Caller>,
  ): Promise<WireResponse> {
    const request = frontend.signing.dialect === 's3' ? unhoisted(received) : received;
    const routing = frontend.route(request);
    const routed = routing instanceof Promise ? await routing : routing;
    const { operation, protocol } = routed;
    trace.operation = operation.name;
    const authenticated = await authenticate(received, routed);
    const handled = definition.handled.get(operation.name);
    if (authenticated.kind === 'signed') trace.caller = authenticated.principal;
    if (authenticated.kind === 'anonymous' && (definition.signedOnly || handled === undefined)) {
      throw accessDenied();
    }
    if (handled === undefined) throw operationNotImplemented(operation.name);
    const opened =
      routed.wholeBody === undefined
        ? openBody(request.body, authenticated.payload, request.headers)
        : NO_BODY;
    const call = new RequestCall(
      runtime,
      request,
      routed.operation.name,
      authenticated,
      opened,
      answer.requestId,
    );
    const early = !handled.accessReadsDocument && takesDocument(operation);
    if (early) await permit(readBindings(operation, boundOf(request, routed)), handled, call);
    const reading = readInput(request, routed, opened);
    const input = reading instanceof Promise ? await reading : reading;
    if (!early) await permit(input, handled, call);
    const output = outputOf(await handled.handle(input, call), operation.name);
    return primed(overridden(protocol.writeOutput(operation, output, answer), call));
  }

  async function permit(
    input: Values,
    handled: HandledOperation<Caller>,
    call: RequestCall<Caller>,
  ): Promise<void> {
    if (input['ExpectedBucketOwner'] !== undefined || input['ExpectedSourceBucketOwner'] !== undefined) {
      await expectOwners(input, runtime.expectBucketOwner);
    }
    await call.authorise(await handled.access(input, call));
  }

  function authenticate(request: WireRequest, routed: OperationRequest): Promise<Authenticated<Caller>> {
    const { method, rawUrl, headers, rawHeaders } = request;
    const body = routed.wholeBody;
    const signed =
      body === undefined
        ? { method, rawUrl, headers, rawHeaders }
        : { method, rawUrl, headers, rawHeaders, body };
    return runtime.authenticator.authenticate(signed, frontend.signing);
  }

  return {
    name: definition.name,
    async handle(request, answer, trace) {
      try {
        return await respond(request, answer, trace);
      } catch (cause) {
        const error = asAwsError(cause);
        const fault = faultOf(error);
        if (fault !== undefined) runtime.reportFault(answer.requestId, trace.operation, fault);
        return frontend.protocolOf(request).writeError(error, answer);
      }
    },
  };
}

/** The two headers that pin the owner of a bucket, and of the bucket that a copy reads. */
async function expectOwners(
  input: Readonly<Values>,
  expect: ServiceRuntime<unknown>['expectBucketOwner'],
): Promise<void> {
  const { ExpectedBucketOwner: owner, ExpectedSourceBucketOwner: sourceOwner, CopySource: source } = input;
  // Accepted means obeyed: a site that cannot check owners must not pretend to.
  if (expect === undefined) throw notImplemented('x-amz-expected-bucket-owner');
  if (typeof owner === 'string') await expect(String(input['Bucket']), accountOf(owner));
  if (typeof sourceOwner !== 'string' || typeof source !== 'string') return;
  await expect(copySource(source).bucket, accountOf(sourceOwner));
}

function accountOf(owner: string): string {
  if (!/^\d{12}$/.test(owner)) throw invalidBucketOwner(owner);
  return owner;
}

/** Of a presigned URL, which may carry headers in its query. */
function unhoisted(request: WireRequest): WireRequest {
  const { rawUrl, headers } = request;
  const all = withHoistedHeaders(rawUrl, headers);
  if (all === headers) return request;
  const { method, rawPath, query, rawHeaders, host, sourceIp, secure, body, signal } = request;
  return { method, rawUrl, rawPath, query, headers: all, rawHeaders, host, sourceIp, secure, body, signal };
}

const NO_BODY: OpenedBody = { body: noBytes(), contentLength: 0, trailers: new Map() };

async function* noBytes(): AsyncGenerator<Buffer> {
  // Nothing: the body was read before the signature was checked.
}

/** Of an operation whose body is no object. */
function takesDocument({ streamsIn, inputPayload, input }: Operation): boolean {
  return !streamsIn && (inputPayload !== undefined || input.byXmlName.size > 0);
}

function boundOf({ query, headers }: WireRequest, { labels }: OperationRequest): Bound {
  return { labels, query, headers };
}

/** At once where there is no document to wait for. */
function readInput(
  request: WireRequest,
  routed: OperationRequest,
  opened: OpenedBody,
): Values | Promise<Values> {
  const { operation, protocol } = routed;
  const bound = boundOf(request, routed);
  if (operation.streamsIn) {
    const input = protocol.readInput(operation, bound, EMPTY);
    return withoutChunkFraming(input, opened);
  }
  if (routed.document !== undefined) return protocol.readInput(operation, bound, routed.document);
  const bodiless =
    request.headers['content-length'] === undefined && request.headers['transfer-encoding'] === undefined;
  if (bodiless && !operation.requiresChecksum) return protocol.readInput(operation, bound, EMPTY);
  return readDocument(request, routed, opened);
}

async function readDocument(
  request: WireRequest,
  routed: OperationRequest,
  opened: OpenedBody,
): Promise<Values> {
  const { operation, protocol } = routed;
  const document = await readWhole(opened.body);
  verifyControlBody(operation, document, request.headers, opened.trailers);
  return protocol.readInput(operation, boundOf(request, routed), document);
}

const EMPTY = Buffer.alloc(0);

/** aws-chunked is a transfer encoding in the wrong header: neither it nor its length belongs to the object. */
function withoutChunkFraming(input: Values, opened: OpenedBody): Values {
  if (opened.contentLength !== undefined) input['ContentLength'] = opened.contentLength;
  const encoding = input['ContentEncoding'];
  if (typeof encoding !== 'string' || !encoding.includes('aws-chunked')) return input;
  const rest = encoding.split(',').map((name) => name.trim());
  const kept = rest.filter((name) => name !== 'aws-chunked' && name !== '').join(',');
  if (kept === '') delete input['ContentEncoding'];
  else input['ContentEncoding'] = kept;
  return input;
}

function outputOf(output: unknown, operation: string): Readonly<Values> {
  if (isRecord(output)) return output;
  throw new TypeError(`the handler of ${operation} returned no output`);
}

function overridden<Caller>(response: WireResponse, call: Call<Caller>): WireResponse {
  const { headers, document } = call.response;
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) response.headers[name] = value;
  }
  const status = call.response.status ?? response.status;
  const body = document ?? response.body;
  return body === undefined
    ? { status, headers: response.headers }
    : { status, headers: response.headers, body };
}
