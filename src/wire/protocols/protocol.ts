import type { AwsError } from '../../errors/aws-error.ts';
import type { Bound, Values } from '../bindings.ts';
import type { WireResponse } from '../response.ts';
import type { Operation } from '../service-model.ts';

/** What every answer carries. */
export interface AnswerContext {
  readonly requestId: string;
  /** x-amz-id-2 and HostId: which host answered. */
  readonly hostId: string;
}

/** How one family of services puts typed values on the wire and takes them off. */
export interface Protocol {
  /** `body` is whole, and empty for operations that stream. Enforces required members; throws AwsError. */
  readInput(operation: Operation, bound: Bound, body: Buffer): Values;
  writeOutput(operation: Operation, output: Readonly<Values>, answer: AnswerContext): WireResponse;
  /** The only place where an error takes form. */
  writeError(error: AwsError, answer: AnswerContext): WireResponse;
}
