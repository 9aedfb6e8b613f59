import type { JobDescriptor } from '@aws-sdk/client-s3-control';
import type { SeededRandom } from '../../../src/testing/seeded-random.ts';

/** What happens to a job while it runs. `killed`: the server is, too, while the job is paused. */
export type Trouble = {
  /** Whether it comes now. Asked in order: the next one only when this one has come. */
  readonly isDue: (job: JobDescriptor) => boolean;
} & ({ readonly kind: 'kill' } | { readonly kind: 'pause'; readonly killed: boolean });

// Troubles lie between these; the last kill comes later, when the job has little or nothing left to do.
const SHARE_MIN = 0.02;
const SHARE_MAX = 0.9;
const SHARE_LAST = 0.97;

/** One kill as early as the manifest is made, the last one at the end, the others anywhere between, and so the pauses;
 * each other pause takes one of the kills. */
export function troublesOf(
  random: SeededRandom,
  { kills, pauses }: { readonly kills: number; readonly pauses: number },
): Trouble[] {
  const early = kills > 1 ? 1 : 0;
  const late = kills > 2 ? 1 : 0;
  const whilePaused = Math.min(Math.floor(pauses / 2), kills - early - late);
  const killsBetween = kills - early - late - whilePaused;
  const kinds = shuffled(
    [
      ...Array.from({ length: killsBetween }, () => ({ kind: 'kill' as const })),
      ...Array.from({ length: pauses }, (_, index) => ({
        kind: 'pause' as const,
        killed: index < whilePaused,
      })),
    ],
    random,
  );
  const shares = kinds.map(() => SHARE_MIN + ((SHARE_MAX - SHARE_MIN) * random.below(1000)) / 1000);
  shares.sort((one, other) => one - other);
  return [
    ...(early === 1 ? [{ kind: 'kill' as const, isDue: isPreparing }] : []),
    ...kinds.map((kind, index) => ({ ...kind, isDue: isDoneTo(shares[index] ?? SHARE_MIN) })),
    ...(late === 1 ? [{ kind: 'kill' as const, isDue: isDoneTo(SHARE_LAST) }] : []),
  ];
}

const isDoneTo =
  (share: number): Trouble['isDue'] =>
  (job) =>
    doneShare(job) >= share;

/** How much of it has an outcome. */
export function doneShare({ ProgressSummary: summary }: JobDescriptor): number {
  const ended = (summary?.NumberOfTasksSucceeded ?? 0) + (summary?.NumberOfTasksFailed ?? 0);
  const total = summary?.TotalNumberOfTasks ?? 0;
  return total === 0 ? 0 : ended / total;
}

const isPreparing = ({ Status }: JobDescriptor) => Status !== 'New';

function shuffled<Item>(items: readonly Item[], random: SeededRandom): Item[] {
  return items
    .map((item) => ({ item, place: random.below(1_000_000) }))
    .toSorted((one, other) => one.place - other.place)
    .map(({ item }) => item);
}
