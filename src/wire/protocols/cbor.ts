import { cbor, dateToTag } from '@smithy/core/cbor';
import { serializationException } from '../../errors/requests.ts';
import type { WireResponse } from '../response.ts';
import { isRecord } from '../scalars.ts';
import { type Leaves, readPlain, writePlain } from './plain-values.ts';
import type { AnswerContext, Protocol } from './protocol.ts';

/** Smithy RPC v2 CBOR: the operation is named by the path `/service/NAME/operation/NAME`. */

// Tag 1 of RFC 8949: seconds since the epoch.
const EPOCH_TAG = 1;

const cborLeaves: Leaves = {
  readBlob: (value) => (value instanceof Uint8Array ? value : undefined),
  readTimestamp(value) {
    if (value instanceof Date) return value;
    const seconds = isRecord(value) && Number(value['tag']) === EPOCH_TAG ? Number(value['value']) : value;
    return typeof seconds === 'number' && Number.isFinite(seconds) ? new Date(seconds * 1000) : undefined;
  },
  writeBlob: (value) => value,
  writeTimestamp: (value) => dateToTag(value),
};

export function createCbor(): Protocol {
  return {
    readInput(operation, _bound, body) {
      return readPlain(operation.input, body.length === 0 ? {} : parse(body), cborLeaves);
    },
    writeOutput(operation, output, answer) {
      return answerOf(200, writePlain(operation.output, output, cborLeaves), answer);
    },
    writeError(error, answer) {
      const response = answerOf(
        error.status,
        { __type: error.code, message: error.message, ...error.fields },
        answer,
      );
      return { ...response, headers: { ...error.headers, ...response.headers } };
    },
  };
}

function parse(body: Buffer): unknown {
  try {
    const value: unknown = cbor.deserialize(body);
    return value;
  } catch (cause) {
    // Deep nesting ends the parser's stack with a RangeError: refused like any other unreadable body.
    throw serializationException('The body is not CBOR', cause);
  }
}

function answerOf(status: number, value: unknown, answer: AnswerContext): WireResponse {
  return {
    status,
    headers: {
      'content-type': 'application/cbor',
      'smithy-protocol': 'rpc-v2-cbor',
      'x-amzn-requestid': answer.requestId,
    },
    // Copied: the SDK's encoder hands out its shared buffer.
    body: Buffer.from(cbor.serialize(value)),
  };
}
