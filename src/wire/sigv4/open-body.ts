import { createHash, type Hash } from 'node:crypto';
import {
  contentSha256Mismatch,
  incompleteBody,
  invalidDecodedContentLength,
  missingDecodedContentLength,
} from '../../errors/payloads.ts';
import type { ByteStream } from '../../lib/byte-stream.ts';
import { recycle, share } from '../../lib/recycle.ts';
import type { OpenedBody, Payload, RequestHeaders } from './authenticated.ts';
import { ChunkDecoder, trailerNamesOf } from './chunk-decoder.ts';
import { sha256Hex } from './signing-key.ts';

const NO_TRAILERS: ReadonlyMap<string, string> = new Map();

/** The body of an authenticated request as its handler may read it: chunk framing removed, hash, signatures and
 * length checked while it streams. Whatever a handler does with the bytes counts only once `body` has ended. Throws
 * for headers that contradict the payload mode. */
export function openBody(raw: ByteStream, payload: Payload, headers: RequestHeaders): OpenedBody {
  if (payload.mode === 'signed-chunks' || payload.mode === 'unsigned-chunks') {
    const contentLength = decodedContentLength(headers);
    const trailerHeader = headers['x-amz-trailer'];
    const decoder = new ChunkDecoder({
      contentLength,
      trailer: payload.trailer,
      trailerNames: payload.trailer ? trailerNamesOf(trailerHeader?.toString()) : [],
      ...(payload.mode === 'signed-chunks' ? { seed: payload.seed } : {}),
    });
    return { body: decodeAll(raw, decoder), contentLength, trailers: decoder.trailers };
  }
  const contentLength = declaredLength(headers['content-length']);
  const body =
    payload.mode === 'exact'
      ? new HashedBody(raw, payload.sha256, contentLength)
      : countAll(raw, contentLength);
  return { body, contentLength, trailers: NO_TRAILERS };
}

async function* decodeAll(raw: AsyncIterable<Buffer>, decoder: ChunkDecoder): AsyncGenerator<Buffer> {
  for await (const input of raw) {
    for (const content of decoder.decode(input)) {
      share(content);
      yield content;
    }
    recycle(input);
  }
  decoder.finish();
}

/** A body whose hash was signed. Small ones are usually there already, and are then given without a promise. */
class HashedBody implements ByteStream {
  readonly #raw: ByteStream;
  readonly #sha256: string;
  readonly #contentLength: number | undefined;
  #chunks: AsyncGenerator<Buffer> | undefined;

  constructor(raw: ByteStream, sha256: string, contentLength: number | undefined) {
    this.#raw = raw;
    this.#sha256 = sha256;
    this.#contentLength = contentLength;
  }

  whole(): Buffer | undefined {
    if (this.#chunks !== undefined) return undefined;
    const whole = this.#raw.whole?.();
    if (whole === undefined) return undefined;
    checkLength(whole.length, this.#contentLength);
    checkHash(sha256Hex(whole), this.#sha256);
    return whole;
  }

  [Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    return (this.#chunks ??= hashAll(this.#raw, this.#sha256, this.#contentLength));
  }
}

async function* hashAll(
  raw: AsyncIterable<Buffer>,
  sha256: string,
  contentLength: number | undefined,
): AsyncGenerator<Buffer> {
  let hash: Hash | undefined;
  let computed: string | undefined;
  let length = 0;
  for await (const chunk of raw) {
    length += chunk.length;
    // A small body comes in one piece, which costs less to hash at once.
    if (hash === undefined && chunk.length === contentLength) computed = sha256Hex(chunk);
    else (hash ??= createHash('sha256')).update(chunk);
    yield chunk;
  }
  checkLength(length, contentLength);
  computed ??= (hash ?? createHash('sha256')).digest('hex');
  checkHash(computed, sha256);
}

function checkHash(computed: string, sha256: string): void {
  if (computed !== sha256) throw contentSha256Mismatch(sha256, computed);
}

async function* countAll(
  raw: AsyncIterable<Buffer>,
  contentLength: number | undefined,
): AsyncGenerator<Buffer> {
  let length = 0;
  for await (const chunk of raw) {
    length += chunk.length;
    yield chunk;
  }
  checkLength(length, contentLength);
}

function checkLength(length: number, contentLength: number | undefined): void {
  if (contentLength !== undefined && length !== contentLength) throw incompleteBody();
}

/** Undefined for a body sent with transfer-encoding chunked. */
function declaredLength(header: string | readonly string[] | undefined): number | undefined {
  return header === undefined ? undefined : Number(header);
}

function decodedContentLength(headers: RequestHeaders): number {
  const header = headers['x-amz-decoded-content-length'];
  if (header === undefined) throw missingDecodedContentLength();
  const length = /^\d{1,16}$/.test(String(header)) ? Number(header) : Number.NaN;
  if (!Number.isSafeInteger(length)) throw invalidDecodedContentLength(String(header));
  return length;
}
