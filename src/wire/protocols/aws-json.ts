import type { AwsError } from '../../errors/aws-error.ts';
import { serializationException } from '../../errors/requests.ts';
import type { WireResponse } from '../response.ts';
import { jsonLeaves, readPlain, writePlain } from './plain-values.ts';
import type { AnswerContext, Protocol } from './protocol.ts';

/** JSON in both directions; the operation is named by X-Amz-Target. 1.0 and 1.1 differ in the content type alone. */
export function createAwsJson(version: '1.0' | '1.1'): Protocol {
  const contentType = `application/x-amz-json-${version}`;
  return {
    readInput(operation, _bound, body) {
      return readPlain(operation.input, body.length === 0 ? {} : parseJson(body), jsonLeaves);
    },
    writeOutput(operation, output, answer) {
      const value = writePlain(operation.output, output, jsonLeaves);
      return answerOf(200, JSON.stringify(value), contentType, answer);
    },
    writeError(error, answer) {
      return writeError(error, contentType, answer);
    },
  };
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw serializationException('The body is not JSON', cause);
  }
}

function writeError(error: AwsError, contentType: string, answer: AnswerContext): WireResponse {
  const document = { __type: error.code, message: error.message, ...error.fields };
  const response = answerOf(error.status, JSON.stringify(document), contentType, answer);
  return { ...response, headers: { ...error.headers, ...response.headers, 'x-amzn-errortype': error.code } };
}

function answerOf(status: number, body: string, contentType: string, answer: AnswerContext): WireResponse {
  return { status, headers: { 'content-type': contentType, 'x-amzn-requestid': answer.requestId }, body };
}
