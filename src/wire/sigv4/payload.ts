import { invalidContentSha256 } from '../../errors/payloads.ts';
import { asymmetricSignatureNotImplemented } from '../../errors/signatures.ts';
import type { HmacKey } from '../../lib/hmac-key.ts';
import type { ChunkSeed, Payload } from './authenticated.ts';

const SHA256_HEX = /^[0-9a-fA-F]{64}$/;

/** What seeds the chain of chunk signatures; absent for anonymous requests, which cannot sign chunks. */
export interface SignedBy {
  readonly accessKeyId: string;
  readonly signature: string;
  readonly signingKey: HmacKey;
  readonly amzDate: string;
  readonly scope: string;
}

/** Reads x-amz-content-sha256. Throws InvalidArgument for a value that S3 does not know. */
export function payloadOf(contentSha256: string, signedBy: SignedBy | undefined): Payload {
  switch (contentSha256) {
    case 'UNSIGNED-PAYLOAD':
      return { mode: 'unsigned' };
    case 'STREAMING-UNSIGNED-PAYLOAD-TRAILER':
      return { mode: 'unsigned-chunks', trailer: true };
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD':
      return { mode: 'signed-chunks', trailer: false, seed: seedOf(contentSha256, signedBy) };
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER':
      return { mode: 'signed-chunks', trailer: true, seed: seedOf(contentSha256, signedBy) };
    case 'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD':
    case 'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER':
      throw asymmetricSignatureNotImplemented(`x-amz-content-sha256: ${contentSha256}`);
    default:
      if (!SHA256_HEX.test(contentSha256)) throw invalidContentSha256(contentSha256);
      return { mode: 'exact', sha256: contentSha256.toLowerCase() };
  }
}

function seedOf(contentSha256: string, signedBy: SignedBy | undefined): ChunkSeed {
  if (signedBy === undefined) throw invalidContentSha256(contentSha256);
  return signedBy;
}
