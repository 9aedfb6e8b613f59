import { createHash, type Hash } from 'node:crypto';
import type { AwsError } from '../../errors/aws-error.ts';
import { signatureDoesNotMatch } from '../../errors/signatures.ts';
import type { ChunkSeed } from './authenticated.ts';
import { EMPTY_SHA256, equalInConstantTime, sha256Hex, sha256HexOfLatin1 } from './signing-key.ts';

/** Verifies the signatures of an aws-chunked body. Each continues the previous one, beginning with the request's, so
 * chunks can't be dropped, repeated or reordered. */
export class ChunkSigner {
  readonly #seed: ChunkSeed;
  #previous: string;
  #provided = '';
  #hash: Hash | undefined;
  #digest: string | undefined;

  constructor(seed: ChunkSeed) {
    this.#seed = seed;
    this.#previous = seed.signature;
  }

  begin(signature: string): void {
    this.#provided = signature;
    this.#hash = undefined;
    this.#digest = undefined;
  }

  /** `last`: no more content of this chunk follows. A chunk that came in one piece is hashed in one call. */
  update(content: Buffer, last: boolean): void {
    if (this.#hash === undefined && last) {
      this.#digest = content.length === 0 ? EMPTY_SHA256 : sha256Hex(content);
      return;
    }
    this.#hash ??= createHash('sha256');
    this.#hash.update(content);
    if (last) this.#digest = this.#hash.digest('hex');
  }

  /** Throws SignatureDoesNotMatch. */
  verifyChunk(): void {
    const { amzDate, scope } = this.#seed;
    this.#verify(
      `AWS4-HMAC-SHA256-PAYLOAD\n${amzDate}\n${scope}\n${this.#previous}\n${EMPTY_SHA256}\n${this.#digest ?? EMPTY_SHA256}`,
      this.#provided,
    );
  }

  /** Throws SignatureDoesNotMatch, also when the signature is missing. */
  verifyTrailer(trailers: ReadonlyMap<string, string>, signature: string | undefined): void {
    const { amzDate, scope } = this.#seed;
    const lines = [...trailers]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${name}:${value}\n`);
    const digest = sha256HexOfLatin1(lines.join(''));
    this.#verify(
      `AWS4-HMAC-SHA256-TRAILER\n${amzDate}\n${scope}\n${this.#previous}\n${digest}`,
      signature ?? '',
    );
  }

  /** For a chunk whose size line carries no signature. */
  missing(provided: string): AwsError {
    return this.#mismatch('', provided);
  }

  #verify(stringToSign: string, provided: string): void {
    if (!equalInConstantTime(this.#seed.signingKey.hexOf(stringToSign), provided)) {
      throw this.#mismatch(stringToSign, provided);
    }
    this.#previous = provided;
  }

  #mismatch(stringToSign: string, signatureProvided: string): AwsError {
    return signatureDoesNotMatch({ accessKeyId: this.#seed.accessKeyId, stringToSign, signatureProvided });
  }
}
