import type { Protocol } from './protocols/protocol.ts';
import type { WireRequest } from './request.ts';
import type { Operation } from './service-model.ts';
import type { SigningService } from './sigv4/authenticated.ts';

/** A request whose operation is known: the answer to the pipeline's first question. */
export interface OperationRequest {
  readonly operation: Operation;
  readonly protocol: Protocol;
  /** Decoded. */
  readonly labels: Readonly<Record<string, string>>;
  /** The whole body, where the signature covers it (every service but S3). */
  readonly wholeBody?: Buffer;
  /** What to read as input, where it has been read already. */
  readonly document?: Buffer;
}

/** How requests of one service are told apart. */
export interface Frontend {
  readonly signing: SigningService;
  /** Renders the errors of requests whose operation is not known yet. */
  protocolOf(request: WireRequest): Protocol;
  /** Throws AwsError for what the service does not have. */
  route(request: WireRequest): OperationRequest | Promise<OperationRequest>;
}
