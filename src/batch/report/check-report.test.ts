import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { checkReport, type ReportFiles } from './check-report.ts';
import { REPORT_SCHEMA } from './layout.ts';

const md5 = (bytes: string | Buffer) => createHash('md5').update(bytes).digest('hex');

const SUCCEEDED = 'source,a,v1,succeeded,200,,success\nsource,b%20c,,succeeded,200,,"one, two"\n';
const FAILED = 'source,d,v1,failed,404,SrcVersionNotFound,gone\n';
const EXPECTED = { scope: 'AllTasks', succeeded: 2, failed: 1 } as const;

/** A sound report, but for what is given. */
function files(more: { succeeded?: string; failed?: string; manifestMd5?: string; schema?: string } = {}) {
  const bodies = new Map([
    ['s.csv', more.succeeded ?? SUCCEEDED],
    ['f.csv', more.failed ?? FAILED],
  ]);
  const result = (TaskExecutionStatus: string, Key: string, body: string) => ({
    TaskExecutionStatus,
    Bucket: 'reports',
    MD5Checksum: md5(body),
    Key,
  });
  const manifest = Buffer.from(
    JSON.stringify({
      Format: 'Report_CSV_20180820',
      ReportCreationDate: '2026-06-02T08:14:55.731Z',
      Results: [result('succeeded', 's.csv', SUCCEEDED), result('failed', 'f.csv', FAILED)],
      ReportSchema: more.schema ?? REPORT_SCHEMA,
    }),
  );
  return {
    manifest,
    manifestMd5: Buffer.from(more.manifestMd5 ?? `${md5(manifest)}\n`),
    // A few bytes at a time, as they may come over a network.
    async *open(key: string) {
      const body = Buffer.from(bodies.get(key) ?? '');
      for (let at = 0; at < body.length; at += 5) yield body.subarray(at, at + 5);
    },
  } satisfies ReportFiles;
}

describe('checkReport', () => {
  it('finds nothing in a sound report and shows every row', async () => {
    const rows: string[] = [];
    const checked = await checkReport(files(), EXPECTED, ({ key, message }) => {
      rows.push(`${key} ${message}`);
    });
    expect(checked).toEqual({ succeeded: 2, failed: 1, repeated: 0, problems: [] });
    expect(rows).toEqual(['a success', 'b%20c one, two', 'd gone']);
  });

  it.each([
    ['a row less', { succeeded: 'source,a,v1,succeeded,200,,success\n' }, /1 rows succeeded.* says 2/],
    ['other bytes', { failed: FAILED.replace('gone', 'Gone') }, /f\.csv has the MD5/],
    ['a row in the wrong file', { failed: SUCCEEDED }, /f\.csv lists a as succeeded/],
    ['a column less', { failed: 'source,d,v1,failed,404,gone\n' }, /6 columns and not 7/],
    ['no HTTP status', { failed: 'source,d,v1,failed,Gone,404,gone\n' }, /no HTTP status/],
    ['a damaged manifest', { manifestMd5: md5('other') }, /manifest\.json\.md5 says/],
    ['another schema', { schema: 'Bucket, Key' }, /ReportSchema is Bucket, Key/],
  ])('finds %s', async (_what, damage, sentence) => {
    const { problems } = await checkReport(files(damage), EXPECTED);
    expect(problems.join('\n')).toMatch(sentence);
  });

  it('counts a version that is reported twice', async () => {
    const twice = await checkReport(files({ succeeded: `${SUCCEEDED}${SUCCEEDED}` }), EXPECTED);
    expect(twice.repeated).toBe(2);
    expect(twice.problems).toContain('4 rows succeeded, and the job says 2');
  });

  it('expects no succeeded rows of a report of failed tasks only', async () => {
    const { problems } = await checkReport(files(), { ...EXPECTED, scope: 'FailedTasksOnly' });
    expect(problems).toEqual(['2 rows succeeded, and the job says 0']);
  });
});
