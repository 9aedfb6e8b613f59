import type { AwsError } from '../errors/aws-error.ts';
import type { ByteStream } from '../lib/byte-stream.ts';
import type { Clock } from '../lib/clock.ts';
import type { Authenticated } from './sigv4/authenticated.ts';

/** One thing that the caller must be allowed to do before the handler runs. */
export interface AccessRequirement {
  /** As `s3:GetObject`. */
  readonly action: string;
  /** ARN of what is acted on. */
  readonly resource: string;
  /** Condition keys of this operation, beside those every request has. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

/** Changes to the answer that no output member carries. */
export interface ResponseOverrides {
  /** Instead of the status of the operation's http trait, as 206 for a range. */
  status?: number;
  /** Lower-case names. They win over what the output's members say. */
  readonly headers: Record<string, string>;
  /** The whole XML document, of an operation whose handler writes it itself because that is measurably faster. */
  document?: string;
}

/** What a handler may know about the request beside its typed input. */
export interface Call<Caller> {
  readonly operation: string;
  readonly caller: Caller;
  /** How the caller proved itself: access key, scope, time of signing; for policy conditions and presigned rules. */
  readonly authenticated: Authenticated<Caller>;
  /** 16 upper-case hex digits, as the client sees them in x-amz-request-id. */
  readonly requestId: string;
  /** The region of the credential scope; the service's default for anonymous requests. */
  readonly region: string;
  readonly sourceIp: string;
  /** The request came over TLS. */
  readonly secure: boolean;
  readonly method: string;
  /** Path as received, without query. */
  readonly path: string;
  /** The Host header as received. */
  readonly host: string;
  /** Raw, lower-case names; repeated ones joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  /** Decoded query: each key with its values in order. */
  readonly query: ReadonlyMap<string, readonly string[]>;
  /** Object bytes of a streaming operation: chunk framing removed, payload hash verified at its end. Chunks are the
   * receiver's to keep. Reading throws AwsError when the payload is not what was signed or declared. */
  readonly body: ByteStream;
  /** Decoded length of `body` in bytes; absent when the client did not say. */
  readonly bodyLength?: number;
  /** Trailing headers (x-amz-checksum-...), complete once `body` has ended. */
  readonly trailers: ReadonlyMap<string, string>;
  readonly clock: Clock;
  /** Aborts when the client goes away or the server must stop. */
  readonly signal: AbortSignal;
  readonly response: ResponseOverrides;
  /** Further checks a handler makes itself (each key of DeleteObjects). Throws AccessDenied. */
  authorise(requirements: readonly AccessRequirement[]): Promise<void>;
  /** Tells the operator of an error that ends only a part of the request (a key of DeleteObjects), if it is ours; of one
   * a request, as what one of a thousand parts failed of is mostly what all fail of. */
  reportIfOurs(error: AwsError): void;
}
