import type { JobManifest as ManifestInput } from '@aws-sdk/client-s3-control';
import { badJobRequest } from '../../errors/s3control.ts';
import type { JobSource } from '../../store/tables/job-rows.ts';
import { oneOf, required, textOf } from './values.ts';

type ManifestSource = Extract<JobSource, { kind: 'manifest' }>;

const OBJECT_ARN = /^arn:[^:]+:s3:::[^/]+\/.+$/s;
const OBJECT_ARN_LENGTH_MAX = 2000;
const VERSION_ID_LENGTH_MAX = 2000;
const ETAG_LENGTH_MAX = 1024;
const FORMATS = ['S3BatchOperations_CSV_20180820', 'S3InventoryReport_CSV_20161130'] as const;
const FIELDS = ['Bucket', 'Key', 'VersionId', 'Ignore'] as const;

/** A manifest that the caller made. That it names the columns it needs is seen when it is read: a job without them
 * fails in Preparing (reference: s3-batch-replication 4.2).
 * @throws AwsError BadRequestException */
export function readManifest(input: ManifestInput): ManifestSource {
  const spec = required('Manifest.Spec', input.Spec);
  const location = required('Manifest.Location', input.Location);
  const format = oneOf('Manifest.Spec.Format', spec.Format, FORMATS);
  const objectArn = required('Manifest.Location.ObjectArn', location.ObjectArn);
  if (!OBJECT_ARN.test(textOf('Manifest.Location.ObjectArn', objectArn, OBJECT_ARN_LENGTH_MAX))) {
    throw badJobRequest('Manifest.Location.ObjectArn must be the ARN of an object.');
  }
  const { ETag: etag, ObjectVersionId: versionId } = location;
  return {
    kind: 'manifest',
    format,
    ...readFields(format, spec.Fields),
    objectArn,
    ...(versionId === undefined
      ? {}
      : {
          objectVersionId: textOf('Manifest.Location.ObjectVersionId', versionId, VERSION_ID_LENGTH_MAX),
        }),
    etag: textOf('Manifest.Location.ETag', required('Manifest.Location.ETag', etag), ETAG_LENGTH_MAX),
  };
}

function readFields(
  format: (typeof FORMATS)[number],
  given: readonly string[] | undefined,
): Pick<ManifestSource, 'fields'> {
  if (given === undefined) return {};
  if (format !== 'S3BatchOperations_CSV_20180820') {
    throw badJobRequest('Manifest.Spec.Fields is for S3BatchOperations_CSV_20180820 only.');
  }
  const fields = given.map((field) => oneOf('Manifest.Spec.Fields', field, FIELDS));
  const named = fields.filter((field) => field !== 'Ignore');
  if (new Set(named).size < named.length) throw badJobRequest('Manifest.Spec.Fields names a column twice.');
  return { fields };
}
