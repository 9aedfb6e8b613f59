import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { JobChunkRow, JobTask, TaskResult } from '../../store/tables/job-rows.ts';
import { decodeManifestKey } from '../manifest/manifest-key.ts';
import { TASK_OUTCOMES } from './layout.ts';
import { type ReportRow, readReportRows } from './read-rows.ts';
import { reportLines } from './rows.ts';

const JOB = {
  source: { kind: 'generator', sourceBucket: 'arn:aws:s3:::source', filter: {} },
} as const;

/** As UTF-8 can hold it. */
const text = fc.string({ unit: 'grapheme', maxLength: 40 }).map((characters) => characters.toWellFormed());

const task: fc.Arbitrary<JobTask> = fc.record(
  { key: text, bucket: fc.constantFrom('other', 'source'), versionId: fc.constantFrom('', 'null', 'v1') },
  { requiredKeys: ['key'] },
);

const result: fc.Arbitrary<TaskResult | null> = fc.oneof(
  fc.record({ succeeded: fc.constant(true as const), message: text }),
  fc.record({
    succeeded: fc.constant(false as const),
    httpStatus: fc.integer({ min: 400, max: 599 }),
    code: fc.constantFrom('NoSuchKey', 'InternalError'),
    message: text,
  }),
  fc.constant(null),
);

/** A file that comes in pieces of this size. */
async function* pieces(body: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < body.length; at += size) yield body.subarray(at, at + size);
}

async function rowsOf(body: string, size: number): Promise<ReportRow[]> {
  const rows: ReportRow[] = [];
  for await (const row of readReportRows(pieces(Buffer.from(body), size), 'results.csv')) rows.push(row);
  return rows;
}

it('every task that ran is read back from the report as it was', async () => {
  const run = fc.array(fc.tuple(task, result), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(run, fc.integer({ min: 1, max: 50 }), async (ran, size) => {
      const chunk: JobChunkRow = {
        state: 'done',
        tasks: ran.map(([one]) => one),
        results: ran.map(([, one]) => one),
      };
      const bodies = TASK_OUTCOMES.map((outcome) => reportLines(JOB, chunk, outcome).join(''));
      const rows = (await Promise.all(bodies.map((body) => rowsOf(body, size)))).flat();
      const expected = TASK_OUTCOMES.flatMap((outcome) =>
        ran.flatMap(([{ key, bucket = 'source', versionId = '' }, ended]) => {
          if (ended === null || ended.succeeded !== (outcome === 'succeeded')) return [];
          const { message } = ended;
          const [httpStatus, code] = ended.succeeded ? [200, ''] : [ended.httpStatus, ended.code];
          return [{ bucket, key, versionId, outcome, httpStatus, code, message }];
        }),
      );
      expect(rows.map((row) => ({ ...row, key: decodeManifestKey(row.key) }))).toEqual(expected);
    }),
  );
});
