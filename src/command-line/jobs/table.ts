import { styleText } from 'node:util';
import { day, timeOfDay } from '../quantities.ts';
import type { JobView } from './job-view.ts';
import { jobStateWords, operationWords, styledState } from './job-words.ts';
import { progressWords } from './progress.ts';

const GAP = '  ';
/** Enough to tell jobs apart; every command takes the beginning of an id. */
const SHORT_ID_LENGTH = 8;
const BUCKET_WIDTH_MIN = 8;

/** One job a line, in what the terminal is wide: ids are shortened first, then the operation is left out, and at last
 * names of buckets are clipped. */
export function renderJobTable(jobs: readonly JobView[], width: number): string[] {
  const wide = cellsOf(jobs, { shortIds: false });
  if (widthOf(wide) <= width) return lines(wide, jobs);
  const short = cellsOf(jobs, { shortIds: true });
  if (widthOf(short) <= width) return lines(short, jobs);
  const fewer = short.map(({ id, state, bucket, progress, created }) => ({
    id,
    state,
    bucket,
    progress,
    created,
  }));
  const room = Math.max(...fewer.map(({ bucket }) => bucket.length)) - (widthOf(fewer) - width);
  return lines(
    fewer.map((row) => ({ ...row, bucket: clipped(row.bucket, Math.max(BUCKET_WIDTH_MIN, room)) })),
    jobs,
  );
}

type Row = Readonly<Record<'id' | 'state' | 'bucket' | 'progress' | 'created', string>> & {
  readonly operation?: string;
};

function cellsOf(jobs: readonly JobView[], { shortIds }: { readonly shortIds: boolean }): Row[] {
  const head = {
    id: 'JOB',
    state: 'STATE',
    bucket: 'BUCKET',
    operation: 'OPERATION',
    progress: 'PROGRESS',
    created: 'CREATED',
  };
  const rows = jobs.map((job) => ({
    id: shortIds ? job.id.slice(0, SHORT_ID_LENGTH) : job.id,
    // The whole sentence is for the job's own page.
    state: jobStateWords(job).replace(' to run', ''),
    bucket: job.bucket ?? '-',
    operation: operationWords(job.operation),
    progress: progressWords(job),
    created: `${day(job.created)} ${timeOfDay(job.created)}`.slice(0, shortIds ? 16 : undefined),
  }));
  return [head, ...rows];
}

function lines(rows: readonly Row[], jobs: readonly JobView[]): string[] {
  const widths = new Map<string, number>();
  for (const row of rows) {
    for (const [column, text] of Object.entries(row)) {
      widths.set(column, Math.max(widths.get(column) ?? 0, text.length));
    }
  }
  return rows.map((row, index) => {
    const job = jobs[index - 1];
    const cells = Object.entries(row).map(([column, text]) => {
      const padded = text.padEnd(widths.get(column) ?? 0);
      if (job === undefined) return styleText('dim', padded);
      return column === 'state' ? styledState(job, padded) : padded;
    });
    return cells.join(GAP).trimEnd();
  });
}

function widthOf(rows: readonly Row[]): number {
  const columns = Object.keys(rows[0] ?? {}) as (keyof Row)[];
  const widths = columns.map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return widths.reduce((sum, width) => sum + width, 0) + GAP.length * (columns.length - 1);
}

function clipped(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
