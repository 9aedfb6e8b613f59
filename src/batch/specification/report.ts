import type { JobReport as ReportInput } from '@aws-sdk/client-s3-control';
import type { JobReport } from '../../store/tables/job-rows.ts';
import { accountIdOf, bucketArnOf, oneOf, required, textOf } from './values.ts';

const PREFIX_LENGTH_MAX = 512;

/** Of a report that is not wanted, the other elements say nothing.
 * @throws AwsError BadRequestException */
export function readReport(input: ReportInput | undefined): JobReport {
  const report = required('Report', input);
  if (!required('Report.Enabled', report.Enabled)) return { enabled: false };
  oneOf('Report.Format', report.Format, ['Report_CSV_20180820']);
  const { Prefix: prefix, ExpectedBucketOwner: owner } = report;
  return {
    enabled: true,
    bucket: bucketArnOf('Report.Bucket', report.Bucket),
    ...(prefix === undefined ? {} : { prefix: textOf('Report.Prefix', prefix, PREFIX_LENGTH_MAX) }),
    scope: oneOf('Report.ReportScope', report.ReportScope, ['AllTasks', 'FailedTasksOnly']),
    ...(owner === undefined ? {} : { expectedBucketOwner: accountIdOf('Report.ExpectedBucketOwner', owner) }),
  };
}
