import type { Buffer } from 'node:buffer';
import { nameOf, partOf } from './key-space.ts';
import type { Check, Commit, CommitResult, Key, RowVersion, Write } from './key-value-store.ts';
import { storedRow } from './stored-row.ts';

/** A commit on its way to the committer: values have room for their version in front, so that nothing is copied again;
 * keys come as the names by which the committer knows them (key-space.ts), and as bytes only where the engine is sure to
 * want them. */
export interface PreparedCommit {
  readonly checks: readonly PreparedCheck[];
  readonly writes: readonly PreparedWrite[];
}

export type PreparedCheck =
  | { readonly kind: 'version'; readonly name: string; readonly version: RowVersion }
  | { readonly kind: 'empty'; readonly start: Key; readonly end: Key };

export type PreparedWrite =
  | { readonly kind: 'put'; readonly key: Key; readonly name: string; readonly stored: Buffer }
  | { readonly kind: 'delete'; readonly key: Key; readonly name: string }
  | { readonly kind: 'add'; readonly name: string; readonly delta: number };

/** What the committer answers: a result, or that nothing was written and why. */
export type CommitAnswer = CommitResult | { readonly outcome: 'unavailable'; readonly reason: string };

export function prepare(commit: Commit): PreparedCommit {
  assertCommit(commit);
  return {
    checks: commit.checks.map(prepareCheck),
    writes: commit.writes.map(prepareWrite),
  };
}

function prepareCheck(check: Check): PreparedCheck {
  return check.kind === 'empty'
    ? check
    : { kind: 'version', name: nameOf(check.key), version: check.version };
}

function prepareWrite(write: Write): PreparedWrite {
  const { key } = write;
  const name = nameOf(key);
  switch (write.kind) {
    case 'put':
      return { kind: 'put', key, name, stored: storedRow(write.value) };
    case 'delete':
      return { kind: 'delete', key, name };
    case 'add':
      return { kind: 'add', name, delta: write.delta };
  }
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
