import { join } from 'node:path';
import type { SeededRandom } from '../../src/testing/seeded-random.ts';
import type { Operation } from '../trust/ledger.ts';
import type { Recording } from './record.ts';

/** Where the power is lost: after the calls of `line` and before those of the next. */
export interface Cut {
  readonly line: number;
  readonly kind: CutKind;
  /** `strict`: nothing unsynced is left. `partial`: a random part of each file's and directory's unsynced changes. */
  readonly mode: 'strict' | 'partial';
}

export const CUT_KINDS = [
  'put',
  'multipart completion',
  'delete marker',
  'delete version',
  'tags',
  'configuration',
  'settlement',
  'anywhere',
] as const;
export type CutKind = (typeof CUT_KINDS)[number];

const KIND_OF: Readonly<Record<Operation['kind'], CutKind>> = {
  put: 'put',
  multipart: 'multipart completion',
  'delete-marker': 'delete marker',
  'delete-version': 'delete version',
  tag: 'tags',
  configure: 'configuration',
  furnish: 'configuration',
};

/** One cut in so many leaves a part of what was not synced. */
const PARTIAL_EACH = 3;

/** As many cuts of each kind, in the order of their lines. The moments of a kind are spread over the whole run. */
export function chooseCuts(recording: Recording, count: number, random: SeededRandom): readonly Cut[] {
  const moments = momentsOf(recording);
  const cuts: Cut[] = [];
  for (const [index, kind] of CUT_KINDS.entries()) {
    const share = Math.floor(count / CUT_KINDS.length) + (index < count % CUT_KINDS.length ? 1 : 0);
    const lines = moments[kind];
    for (let n = 0; n < share; n += 1) {
      const line =
        kind === 'anywhere' ? random.below(recording.lines) : lines[Math.floor((n * lines.length) / share)];
      if (line === undefined) throw new Error(`the recorded load did not do this at all: ${kind}`);
      cuts.push({ line, kind, mode: n % PARTIAL_EACH === PARTIAL_EACH - 1 ? 'partial' : 'strict' });
    }
  }
  return cuts.toSorted((one, other) => one.line - other.line);
}

function momentsOf(recording: Recording): Record<CutKind, number[]> {
  const moments: Record<CutKind, number[]> = {
    put: [],
    'multipart completion': [],
    'delete marker': [],
    'delete version': [],
    tags: [],
    configuration: [],
    settlement: settlements(recording),
    anywhere: [],
  };
  for (const { operation, acknowledged } of recording.ledger.entries) {
    const line = recording.answeredAt.get(acknowledged?.requestId ?? '');
    if (line !== undefined) moments[KIND_OF[operation.kind]].push(line);
  }
  return moments;
}

/** The destination's store is written by replication alone, so the first commit of the source's store after one of
 * the destination's holds its settlement. Cut just before that is on the disk, and just after. */
function settlements({ root, events, ledger, answeredAt }: Recording): number[] {
  const furnishedAt = ledger.entries.flatMap(({ operation, acknowledged }) =>
    operation.kind === 'furnish' ? [answeredAt.get(acknowledged?.requestId ?? '') ?? 0] : [],
  );
  const from = Math.max(...furnishedAt);
  const here = join(root, 'regions', 'us-east-1', 'store');
  const there = join(root, 'regions', 'ap-south-1', 'store');
  const lines: number[] = [];
  let arrived = false;
  for (const event of events) {
    if (event.call !== 'sync' || event.line < from) continue;
    if (event.path.startsWith(there)) arrived = true;
    else if (arrived && event.path.startsWith(here)) {
      arrived = false;
      lines.push(event.line - 1, event.line);
    }
  }
  return lines;
}
