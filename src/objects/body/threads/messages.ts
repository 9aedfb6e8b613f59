import type { ChecksumAlgorithm } from '../../../lib/checksums/index.ts';
import type { BlobId, BlobLocation } from '../../../store/blobs/blob-store.ts';
import type { BodyDigests } from '../body-sink.ts';

/** What event loop and hashing thread say to each other. `body` numbers an upload within one thread. */
export type ToThread =
  | {
      readonly kind: 'open';
      readonly body: number;
      readonly location: BlobLocation;
      readonly algorithms: readonly ChecksumAlgorithm[];
      readonly dataKey: Uint8Array;
    }
  /** The memory travels with it, and comes back with `consumed`. */
  | { readonly kind: 'chunk'; readonly body: number; readonly memory: ArrayBuffer; readonly length: number }
  | { readonly kind: 'finish'; readonly body: number }
  | { readonly kind: 'abort'; readonly body: number };

export type FromThread =
  | { readonly kind: 'consumed'; readonly body: number; readonly memory: ArrayBuffer }
  | { readonly kind: 'finished'; readonly body: number; readonly digests: BodyDigests; readonly blob: BlobId }
  /** The file is removed; nothing but `abort` may follow. */
  | {
      readonly kind: 'failed';
      readonly body: number;
      readonly unavailable: boolean;
      readonly message: string;
    }
  | { readonly kind: 'aborted'; readonly body: number };
