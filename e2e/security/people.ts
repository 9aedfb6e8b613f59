import { type Clock, systemClock } from '../../src/lib/clock.ts';

/** Who signs:
 * - rootA, rootB: the roots of two accounts. rootA's account runs the site.
 * - alice, bob: administrators of A and B.
 * - nobody: a user of A without any policy. reader: may get alpha-private/folder/* and write there.
 * - keeper: may do everything in S3 and nothing in IAM. denied: may do everything but what is explicitly denied on alpha-private. bounded: an administrator whose
 *   permissions boundary allows nothing but iam:ListUsers.
 * - disabled: an administrator of A with an inactive key. deleted: the key of a user who is gone.
 * - session: an administrator role of A. narrow: the same role under a session policy for folder/*. */
export type Person =
  | 'rootA'
  | 'rootB'
  | 'alice'
  | 'bob'
  | 'nobody'
  | 'reader'
  | 'keeper'
  | 'denied'
  | 'bounded'
  | 'disabled'
  | 'deleted'
  | 'session'
  | 'narrow';

export const ACCOUNT_A = '111111111111';
export const ACCOUNT_B = '222222222222';

/** The machine's clock, set forward at will. */
export class MovableClock implements Clock {
  #aheadMs = 0;
  now(): number {
    return systemClock.now() + this.#aheadMs;
  }
  after(delayMs: number, task: () => void): () => void {
    return systemClock.after(delayMs, task);
  }
  forward(milliseconds: number): void {
    this.#aheadMs += milliseconds;
  }
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  /** Of an error document, in XML or JSON. */
  readonly code: string | undefined;
}
