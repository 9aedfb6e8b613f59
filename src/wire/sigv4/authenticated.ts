import type { ByteStream } from '../../lib/byte-stream.ts';
import type { Clock } from '../../lib/clock.ts';
import type { HmacKey } from '../../lib/hmac-key.ts';

/** Request headers as node gives them: lower-case names. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What a signature covers, exactly as it came over the wire: nothing decoded, nothing normalised. */
export interface SignedRequest {
  readonly method: string;
  /** The request target of the request line: path and query, still percent-encoded. */
  readonly rawUrl: string;
  readonly headers: RequestHeaders;
  /** Name, value, name, value ... as node's `rawHeaders`. Tells repeated headers apart. */
  readonly rawHeaders?: readonly string[];
  /** The whole body. Needed for every service but S3, whose requests declare the hash of their body. */
  readonly body?: Uint8Array;
}

/** How a service words its refusals: S3's XML codes, those of the query services (IAM, STS), or those of the
 * JSON and CBOR services (KMS, CloudWatch). */
export type ErrorDialect = 's3' | 'query' | 'json';

/** The service that a request was routed to. */
export interface SigningService {
  /** The service name that must stand in the credential scope: s3, iam, sts, kms, monitoring. */
  readonly service: string;
  readonly dialect: ErrorDialect;
}

/** `KEY/20261121/us-east-1/s3/aws4_request` without the key. `region` is '' where an IAM client left it out. */
export interface CredentialScope {
  /** yyyyMMdd */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

/** How the body of an authenticated request is protected; `openBody` turns the raw body into the checked one. */
export type Payload =
  /** The signature covers the SHA-256 of the body (64 lower-case hex digits). */
  | { readonly mode: 'exact'; readonly sha256: string }
  | { readonly mode: 'unsigned' }
  /** aws-chunked, every chunk signed with a signature that continues the previous one. */
  | { readonly mode: 'signed-chunks'; readonly trailer: boolean; readonly seed: ChunkSeed }
  /** aws-chunked, no chunk signed; a trailer with a checksum follows. */
  | { readonly mode: 'unsigned-chunks'; readonly trailer: true };

/** Where the chain of chunk signatures begins. Holds key material: never log it. */
export interface ChunkSeed {
  readonly accessKeyId: string;
  readonly signature: string;
  readonly signingKey: HmacKey;
  /** yyyyMMddTHHmmssZ */
  readonly amzDate: string;
  /** date/region/service/aws4_request */
  readonly scope: string;
}

/** AWS's words for the condition key s3:authType. */
export type AuthType = 'REST-HEADER' | 'REST-QUERY-STRING';

export type Authenticated<P> =
  | { readonly kind: 'anonymous'; readonly payload: Payload }
  | {
      readonly kind: 'signed';
      readonly principal: P;
      readonly accessKeyId: string;
      readonly scope: CredentialScope;
      readonly authType: AuthType;
      /** When the request was signed, in milliseconds since the epoch. */
      readonly signedAt: number;
      readonly signedHeaders: readonly string[];
      readonly payload: Payload;
    };

/** A key that may sign. `principal` is opaque here. */
export interface SigningCredential<P> {
  readonly secretAccessKey: string;
  readonly principal: P;
}

/** `undefined`: no such access key, or a temporary key that came without its token. 'disabled': an inactive
 * key. 'expired': the session is over. 'invalid-token': the token does not belong to the key. */
export type CredentialAnswer<P> = SigningCredential<P> | undefined | 'disabled' | 'expired' | 'invalid-token';

/** Where access keys come from. An answer at once spares a small request one turn of the event loop. */
export interface CredentialSource<P> {
  lookup(
    accessKeyId: string,
    sessionToken: string | undefined,
  ): CredentialAnswer<P> | Promise<CredentialAnswer<P>>;
}

export interface AuthenticatorOptions<P> {
  readonly credentials: CredentialSource<P>;
  readonly clock: Clock;
  /** For which IAM, STS and the like may be signed. Where it is absent, and for S3, which knows the region of the
   * bucket, the services judge. */
  readonly regions?: ReadonlySet<string>;
  /** Derived signing keys kept; one is needed per access key, day, region and service. */
  readonly signingKeysMax?: number;
}

export interface Authenticator<P> {
  /** Throws `AwsError` in the service's dialect when the request carries a signature that is not good. A
   * request without any signature is anonymous: whether it may pass is for policies to say. */
  authenticate(request: SignedRequest, service: SigningService): Promise<Authenticated<P>>;
}

/** The body that a handler may read, checked as it streams. */
export interface OpenedBody {
  /** Ends, or is given whole, only when all of it proved good; throws `AwsError` otherwise. */
  readonly body: ByteStream;
  /** Length of the content once aws-chunked is undone; undefined when the client did not say. */
  readonly contentLength: number | undefined;
  /** Trailing headers, lower-case names; complete once `body` has ended, empty before and where none came. */
  readonly trailers: ReadonlyMap<string, string>;
}
