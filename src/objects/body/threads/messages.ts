import type { SealedRange } from '../../../keys/frame-layout.ts';
import type { ChecksumAlgorithm } from '../../../lib/checksums/index.ts';
import type { BlobId, BlobLocation } from '../../../store/blobs/blob-store.ts';
import type { BodyDigests } from '../body-sink.ts';

/** What event loop and hashing thread say to each other. `body` numbers an upload or a reading. */
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
  | { readonly kind: 'abort'; readonly body: number }
  | { readonly kind: 'read'; readonly body: number; readonly reading: Reading }
  /** One batch may be sent: as many frames as fit into this memory. */
  | { readonly kind: 'more'; readonly body: number; readonly memory: ArrayBuffer }
  /** No more is wanted; nothing is answered any more. */
  | { readonly kind: 'stop'; readonly body: number };

export interface Reading {
  readonly location: BlobLocation;
  readonly blob: BlobId;
  readonly dataKey: Uint8Array;
  readonly plainSize: number;
  readonly range: SealedRange;
}

export type FromThread =
  | { readonly kind: 'consumed'; readonly body: number; readonly memory: ArrayBuffer }
  | { readonly kind: 'finished'; readonly body: number; readonly digests: BodyDigests; readonly blob: BlobId }
  /** Plain bytes; after the `last` ones nothing is heard of this reading. */
  | {
      readonly kind: 'opened';
      readonly body: number;
      readonly memory: ArrayBuffer;
      readonly length: number;
      readonly last: boolean;
    }
  /** What was written is removed; nothing but `abort` may follow. */
  | {
      readonly kind: 'failed';
      readonly body: number;
      readonly fault: Fault;
      readonly message: string;
    }
  | { readonly kind: 'aborted'; readonly body: number };

/** Errors lose their class on the way: this is what is kept of it. */
export type Fault = 'unavailable' | 'missing' | 'frame' | 'other';
