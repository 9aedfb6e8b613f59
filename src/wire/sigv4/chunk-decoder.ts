import type { AwsError } from '../../errors/aws-error.ts';
import {
  incompleteBody,
  invalidChunkSize,
  malformedTrailer,
  trailerNotSupported,
} from '../../errors/payloads.ts';
import type { ChunkSeed } from './authenticated.ts';
import { ChunkSigner } from './chunk-signer.ts';

// aws-chunked: `SIZE[;chunk-signature=HEX]\r\n` content `\r\n`, repeated; a chunk of size 0; then trailing headers,
// one a line, and an empty line.
//
// States: 'size-line' → 'content' → 'content-end' → 'size-line' ... ; the chunk of size 0 leads to 'trailer', which
// lasts to the end of the body. Invariants: no content is given out beyond the declared length; `finish` succeeds
// only in 'trailer', with every signature good and exactly the declared length given out.

/** A size line holds at most 16 hex digits and a signature of 81 characters. */
const SIZE_LINE_BYTES_MAX = 256;
/** One checksum and one signature need 200 bytes. */
const TRAILER_BYTES_MAX = 4096;
/** At AWS only the last chunk may be smaller. */
const CHUNK_BYTES_MIN = 8192;

const SIZE_LINE = /^([0-9a-fA-F]{1,16})(?:;(.*))?$/;
const CHUNK_SIGNATURE = /^chunk-signature=([0-9a-f]{64})$/;
const TRAILER_LINE = /^([A-Za-z0-9-]+):(.*)$/;
const TRAILER_SIGNATURE = 'x-amz-trailer-signature';
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
// No view of the input, whose memory may be gone when the other half comes.
const HALF_LINE_END = Buffer.of(CARRIAGE_RETURN);

export interface ChunkDecoderOptions {
  /** x-amz-decoded-content-length */
  readonly contentLength: number;
  /** Absent when the chunks are not signed. */
  readonly seed?: ChunkSeed;
  /** Whether trailing headers may follow. */
  readonly trailer: boolean;
  /** Lower-case names that x-amz-trailer announced. */
  readonly trailerNames: readonly string[];
}

export class ChunkDecoder {
  readonly trailers = new Map<string, string>();
  readonly #options: ChunkDecoderOptions;
  readonly #signer: ChunkSigner | undefined;
  #state: 'size-line' | 'content' | 'content-end' | 'trailer' = 'size-line';
  /** The beginning of a line whose end has not arrived. */
  #partial: Buffer = Buffer.alloc(0);
  #contentLeft = 0;
  #decoded = 0;
  #chunks = 0;
  #smallChunk: number | undefined;

  constructor(options: ChunkDecoderOptions) {
    this.#options = options;
    this.#signer = options.seed === undefined ? undefined : new ChunkSigner(options.seed);
  }

  /** The content in `input`, as views of it, in order. A generator, so that what was good before a bad chunk is
   * given out first. */
  *decode(input: Buffer): Generator<Buffer> {
    let at = 0;
    while (at < input.length) {
      if (this.#state === 'content') {
        const end = Math.min(input.length, at + this.#contentLeft);
        const content = at === 0 && end === input.length ? input : input.subarray(at, end);
        at = end;
        this.#takeContent(content);
        yield content;
      } else if (this.#state === 'content-end') {
        at = this.#takeContentEnd(input, at);
      } else if (this.#state === 'size-line') {
        at = this.#takeSizeLine(input, at);
      } else {
        this.#remember(input.subarray(at), TRAILER_BYTES_MAX, malformedTrailer);
        at = input.length;
      }
    }
  }

  /** Call when the body has ended. Throws unless all of it came and is good. */
  finish(): void {
    if (this.#state !== 'trailer') throw brokenOff();
    if (this.#decoded !== this.#options.contentLength) throw incompleteBody();
    this.#readTrailers(this.#partial.toString('latin1'));
  }

  #takeContent(content: Buffer): void {
    this.#contentLeft -= content.length;
    this.#signer?.update(content, this.#contentLeft === 0);
    if (this.#contentLeft > 0) return;
    this.#signer?.verifyChunk();
    this.#state = 'content-end';
  }

  #takeContentEnd(input: Buffer, at: number): number {
    const wanted = this.#partial.length === 0 ? CARRIAGE_RETURN : LINE_FEED;
    if (input[at] !== wanted) throw brokenOff();
    if (wanted === CARRIAGE_RETURN) {
      this.#partial = HALF_LINE_END;
    } else {
      this.#partial = Buffer.alloc(0);
      this.#state = 'size-line';
    }
    return at + 1;
  }

  #takeSizeLine(input: Buffer, at: number): number {
    const feed = input.indexOf(LINE_FEED, at);
    this.#remember(input.subarray(at, feed === -1 ? input.length : feed), SIZE_LINE_BYTES_MAX, brokenOff);
    if (feed === -1) return input.length;
    const line = this.#partial.toString('latin1');
    this.#partial = Buffer.alloc(0);
    if (!line.endsWith('\r')) throw brokenOff();
    this.#beginChunk(line.slice(0, -1));
    return feed + 1;
  }

  #beginChunk(line: string): void {
    const parts = SIZE_LINE.exec(line);
    if (parts === null) throw brokenOff();
    const size = Number.parseInt(parts[1] ?? '', 16);
    if (!Number.isSafeInteger(size)) throw brokenOff();
    if (this.#signer !== undefined) {
      const signature = CHUNK_SIGNATURE.exec(parts[2] ?? '')?.[1];
      if (signature === undefined) throw this.#signer.missing(parts[2] ?? '');
      this.#signer.begin(signature);
    }
    if (size === 0) {
      this.#signer?.update(Buffer.alloc(0), true);
      this.#signer?.verifyChunk();
      this.#state = 'trailer';
      return;
    }
    if (this.#smallChunk !== undefined) throw invalidChunkSize(this.#chunks, this.#smallChunk);
    this.#chunks += 1;
    if (size < CHUNK_BYTES_MIN) this.#smallChunk = size;
    this.#decoded += size;
    if (this.#decoded > this.#options.contentLength) throw incompleteBody();
    this.#contentLeft = size;
    this.#state = 'content';
  }

  #remember(bytes: Buffer, bytesMax: number, tooLong: () => AwsError): void {
    if (this.#partial.length + bytes.length > bytesMax) throw tooLong();
    this.#partial = this.#partial.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#partial, bytes]);
  }

  /** Clients differ in where they put line ends around the trailer's signature; empty lines are nothing, but the
   * last line must be whole. */
  #readTrailers(text: string): void {
    if (!text.endsWith('\n')) throw brokenOff();
    const { trailer, trailerNames } = this.#options;
    let signature: string | undefined;
    for (const line of text.split('\n').map((part) => (part.endsWith('\r') ? part.slice(0, -1) : part))) {
      if (line === '') continue;
      const parts = TRAILER_LINE.exec(line);
      const name = parts?.[1]?.toLowerCase();
      const value = parts?.[2]?.trim();
      if (!trailer || name === undefined || value === undefined) throw malformedTrailer();
      if (name === TRAILER_SIGNATURE && signature === undefined) {
        signature = value;
      } else if (!trailerNames.includes(name) || this.trailers.has(name)) {
        throw malformedTrailer();
      } else {
        this.trailers.set(name, value);
      }
    }
    if (!trailer) return;
    if (trailerNames.some((name) => !this.trailers.has(name))) throw malformedTrailer();
    if (this.#signer === undefined) {
      if (signature !== undefined) throw malformedTrailer();
      return;
    }
    this.#signer.verifyTrailer(this.trailers, signature);
  }
}

function brokenOff(): AwsError {
  return incompleteBody('The request body terminated unexpectedly');
}

/** The names that x-amz-trailer announces, lower-case. Throws InvalidRequest for one that is no checksum. */
export function trailerNamesOf(header: string | undefined): string[] {
  if (header === undefined || header.trim() === '') return [];
  const names = header.split(',').map((name) => name.trim().toLowerCase());
  if (!names.every((name) => name.startsWith('x-amz-checksum-'))) throw trailerNotSupported();
  return names;
}
