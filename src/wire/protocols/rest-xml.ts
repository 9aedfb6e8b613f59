import type { AwsError } from '../../errors/aws-error.ts';
import { malformedXml, missingRequestBody } from '../../errors/s3.ts';
import { type Bound, readBindings, type Values, writeHeaders } from '../bindings.ts';
import { writeGetBucketLocation } from '../exceptions/get-bucket-location.ts';
import type { WireResponse } from '../response.ts';
import type { Operation } from '../service-model.ts';
import { readXml } from '../xml-reader.ts';
import { escapeXml, writeXmlElement, XML_DECLARATION } from '../xml-writer.ts';
import type { AnswerContext, Protocol } from './protocol.ts';

export const S3_NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';
export const S3_CONTROL_NAMESPACE = 'http://awss3control.amazonaws.com/doc/2018-08-20/';
// Written by clients older than the final API; AWS takes it.
const S3_OLD_NAMESPACE = 'http://doc.s3.amazonaws.com/2006-03-01';

/** Where AWS says of an empty body that it is missing; elsewhere it is malformed (recorded of a legal hold). */
const BODY_MISSED = new Set(['DeleteObjects', 'PutBucketTagging', 'PutObjectTagging']);

export interface RestXmlOptions {
  readonly namespace: string;
  /** S3 Control wraps its errors once more. */
  readonly errors: 's3' | 's3control';
}

export function createRestXml(options: RestXmlOptions): Protocol {
  const namespaces = [options.namespace, S3_OLD_NAMESPACE];
  return {
    readInput(operation, bound, body) {
      return readInput(operation, bound, body, namespaces);
    },
    writeOutput(operation, output, answer) {
      return writeOutput(operation, output, answer, options.namespace);
    },
    writeError(error, answer) {
      return writeError(error, answer, options.errors);
    },
  };
}

function readInput(operation: Operation, bound: Bound, body: Buffer, namespaces: readonly string[]): Values {
  const values = readBindings(operation, bound);
  const payload = operation.inputPayload;
  if (operation.streamsIn) return values;
  if (payload === undefined) {
    if (operation.input.byXmlName.size === 0) return values;
    const root = { name: operation.input.xmlName, shape: operation.input, namespaces };
    return Object.assign(values, readXml(body, root));
  }
  if (body.length === 0 && !(payload.required && payload.shape.kind === 'string')) {
    // An empty text is a value (a bucket policy, say), and its meaning the handler's to judge.
    if (payload.required) throw BODY_MISSED.has(operation.name) ? missingRequestBody() : malformedXml();
    return values;
  }
  if (payload.shape.kind === 'structure') {
    values[payload.name] = readXml(body, { name: payload.rootName, shape: payload.shape, namespaces });
  } else {
    values[payload.name] = payload.shape.kind === 'blob' ? body : body.toString('utf8');
  }
  return values;
}

function writeOutput(
  operation: Operation,
  output: Readonly<Values>,
  answer: AnswerContext,
  namespace: string,
): WireResponse {
  const headers: Record<string, string> = {
    'x-amz-request-id': answer.requestId,
    'x-amz-id-2': answer.hostId,
  };
  writeHeaders(operation.output, output, headers);
  // The http trait knows one status; a range of an object (Get, Head) has its own.
  const status = output['ContentRange'] === undefined ? operation.successStatus : 206;
  const body = bodyOf(operation, output, namespace);
  if (body === undefined) return { status, headers };
  if (typeof body === 'string' && operation.outputPayload?.shape.kind !== 'string') {
    headers['content-type'] = 'application/xml';
  }
  return { status, headers, body };
}

function bodyOf(operation: Operation, output: Readonly<Values>, namespace: string): WireResponse['body'] {
  const payload = operation.outputPayload;
  if (payload !== undefined) {
    const value = output[payload.name];
    if (value === undefined || value === null) return undefined;
    if (payload.shape.kind === 'structure') {
      return XML_DECLARATION + writeXmlElement(payload.rootName, namespace, payload.shape, value);
    }
    return rawBody(value);
  }
  if (operation.output.byXmlName.size === 0) return undefined;
  if (operation.name === 'GetBucketLocation') {
    return XML_DECLARATION + writeGetBucketLocation(output['LocationConstraint'], namespace);
  }
  return XML_DECLARATION + writeXmlElement(operation.output.xmlName, namespace, operation.output, output);
}

function rawBody(value: unknown): WireResponse['body'] {
  if (typeof value === 'string' || value instanceof Uint8Array || isByteStream(value)) return value;
  throw new TypeError('the body of an answer must be text, bytes or an iterable of bytes');
}

function isByteStream(value: unknown): value is AsyncIterable<Uint8Array> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

function writeError(error: AwsError, answer: AnswerContext, style: 's3' | 's3control'): WireResponse {
  const headers = {
    ...error.headers,
    'content-type': 'application/xml',
    'x-amz-request-id': answer.requestId,
    'x-amz-id-2': answer.hostId,
  };
  const trailer = `<RequestId>${answer.requestId}</RequestId><HostId>${answer.hostId}</HostId>`;
  const inside = errorXml(error);
  const document =
    style === 's3'
      ? `<Error>${inside}${trailer}</Error>`
      : `<ErrorResponse><Error>${inside}</Error>${trailer}</ErrorResponse>`;
  return { status: error.status, headers, body: XML_DECLARATION + document };
}

/** Code, message and AWS's further elements, for documents that embed an error. */
export function errorXml(error: AwsError): string {
  let xml = `<Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message>`;
  for (const [name, value] of Object.entries(error.fields)) xml += `<${name}>${escapeXml(value)}</${name}>`;
  return xml;
}
