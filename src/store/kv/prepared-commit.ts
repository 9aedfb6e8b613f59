import type { Buffer } from 'node:buffer';
import { partOf } from './key-space.ts';
import type { Check, Commit, CommitResult, Key } from './key-value-store.ts';
import { storedRow } from './stored-row.ts';

/** A commit on its way to the committer: values have room for their version in front, so that nothing is copied
 * again. */
export interface PreparedCommit {
  readonly checks: readonly Check[];
  readonly writes: readonly PreparedWrite[];
}

export type PreparedWrite =
  | { readonly kind: 'put'; readonly key: Key; readonly stored: Buffer }
  | { readonly kind: 'delete'; readonly key: Key }
  | { readonly kind: 'add'; readonly key: Key; readonly delta: number };

/** What the committer answers: a result, or that nothing was written and why. */
export type CommitAnswer = CommitResult | { readonly outcome: 'unavailable'; readonly reason: string };

export function prepare(commit: Commit): PreparedCommit {
  assertCommit(commit);
  return {
    checks: commit.checks,
    writes: commit.writes.map((write) =>
      write.kind === 'put' ? { kind: 'put', key: write.key, stored: storedRow(write.value) } : write,
    ),
  };
}

/** @throws RangeError for what no caller may ask. */
export function assertCommit(commit: Commit): void {
  for (const write of commit.writes) {
    const counter = partOf(write.key) === 'counters';
    if (write.kind === 'add') {
      if (!counter) throw new RangeError('only keys of counter tables are added to');
      if (!Number.isSafeInteger(write.delta)) throw new RangeError('a counter grows by whole numbers');
      if (commit.checks.length === 0) throw new RangeError('a commit that adds carries a check');
    } else if (write.kind === 'put' && counter) {
      throw new RangeError('a key of a counter table is added to, never put');
    }
  }
}

/** Whether it puts bodies of objects: the first thing that a nearly full disk refuses. */
export function putsBytes(commit: PreparedCommit): boolean {
  return commit.writes.some((write) => write.kind === 'put' && partOf(write.key) === 'bytes');
}
