import type { FailureCode } from '../failure-codes.ts';

/** What became of one attempt to deliver one intent. Tasks know only these; the worker decides what follows.
 * - delivered: it is at the destination, whole.
 * - gone: the version was deleted at the source first; nothing is left to deliver.
 * - failed: for good, as AWS would say FAILED. `arrived` where the version itself did arrive (its tags did not).
 * - retry: this object could not be delivered now; others may.
 * - wait: another intent of the same version must come first.
 * - destination-unavailable, source-unavailable: says nothing about the object. */
export type Outcome =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'gone' }
  | {
      readonly kind: 'failed';
      readonly code: FailureCode;
      readonly reason: string;
      readonly arrived: boolean;
    }
  | { readonly kind: 'retry'; readonly reason: string }
  | { readonly kind: 'wait' }
  | { readonly kind: 'destination-unavailable'; readonly reason: string }
  | { readonly kind: 'source-unavailable'; readonly reason: string };
