import type { AwsError } from '../errors/aws-error.ts';
import { invalidAction, missingAction, unknownOperation } from '../errors/requests.ts';
import { readWhole } from './control-body.ts';
import type { Frontend, OperationRequest } from './operation-request.ts';
import { createAwsJson } from './protocols/aws-json.ts';
import { createAwsQuery } from './protocols/aws-query.ts';
import { createCbor } from './protocols/cbor.ts';
import type { Protocol } from './protocols/protocol.ts';
import { parseQuery, type WireRequest } from './request.ts';
import { compileOperations, type Operation } from './service-model.ts';
import { claimsSignature } from './sigv4/authenticate.ts';
import type { ErrorDialect } from './sigv4/authenticated.ts';
import { refusalsOf } from './sigv4/refusals.ts';

/** IAM, STS, KMS and CloudWatch: one path, the operation named by the form, a header (JSON) or the path (CBOR). A
 * service may be spoken to in several protocols: CloudWatch's clients use all of them. */
export interface RpcOptions {
  readonly sdk: object;
  /** The name in the credential scope. */
  readonly service: string;
  readonly namespace: string;
  readonly dialect: ErrorDialect;
  readonly decimals: boolean;
}

// IAM's largest documents are policies of 131,072 characters, thrice as long when percent-encoded; CloudWatch takes
// 1 MB a request.
const BODY_BYTES_MAX = 1024 * 1024;

const CBOR_PATH = /^\/service\/[^/]+\/operation\/([^/]+)$/;

export function createRpcFrontend(options: RpcOptions): Frontend {
  const operations = new Map(compileOperations(options.sdk).map((operation) => [operation.name, operation]));
  const query = createAwsQuery({ namespace: options.namespace, decimals: options.decimals });
  const json10 = createAwsJson('1.0');
  const json11 = createAwsJson('1.1');
  const cbor = createCbor();

  function protocolOf(request: WireRequest): Protocol {
    if (request.headers['smithy-protocol'] === 'rpc-v2-cbor') return cbor;
    if (request.headers['x-amz-target'] === undefined)
      return options.dialect === 'json' && !isForm(request) ? json11 : query;
    return request.headers['content-type']?.includes('json-1.0') ? json10 : json11;
  }

  /** Nobody is told which operations there are without at least the claim of a signature. */
  function refusalOf(request: WireRequest, error: AwsError): AwsError {
    const { anonymous } = refusalsOf(options.dialect);
    return anonymous === undefined || claimsSignature(request.headers, request.rawUrl) ? error : anonymous();
  }

  function operationOf(request: WireRequest, body: Buffer): Operation {
    const name = CBOR_PATH.exec(request.rawPath)?.[1] ?? request.headers['x-amz-target']?.split('.')[1];
    if (name !== undefined) {
      const operation = operations.get(name);
      if (operation === undefined) throw refusalOf(request, unknownOperation());
      return operation;
    }
    const form = parseQuery(body.toString('utf8'));
    const action = form.get('Action')?.[0];
    if (action === undefined) throw refusalOf(request, missingAction());
    const operation = operations.get(action);
    if (operation === undefined) {
      throw refusalOf(request, invalidAction(action, form.get('Version')?.[0] ?? ''));
    }
    return operation;
  }

  return {
    signing: { service: options.service, dialect: options.dialect },
    protocolOf,
    async route(request): Promise<OperationRequest> {
      const wholeBody = await readWhole(request.body, BODY_BYTES_MAX);
      // A presigned GET (how Kubernetes clusters know a caller) has its form in the query.
      const document =
        wholeBody.length === 0 && request.query.has('Action') ? formOfQuery(request.rawUrl) : wholeBody;
      const operation = operationOf(request, document);
      return { operation, protocol: protocolOf(request), labels: {}, wholeBody, document };
    },
  };
}

function isForm(request: WireRequest): boolean {
  return request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
}

function formOfQuery(rawUrl: string): Buffer {
  const pairs = rawUrl.slice(rawUrl.indexOf('?') + 1).split('&');
  return Buffer.from(pairs.filter((pair) => !/^X-Amz-/i.test(pair)).join('&'), 'utf8');
}
