import type {
  JobManifestGenerator as GeneratorInput,
  S3ManifestOutputLocation as OutputInput,
} from '@aws-sdk/client-s3-control';
import { badJobRequest, jobElementNotImplemented } from '../../errors/s3control.ts';
import type { JobSource, ManifestOutput } from '../../store/tables/job-rows.ts';
import { readFilter } from './filter.ts';
import { accountIdOf, bucketArnOf, oneOf, required, textOf } from './values.ts';

type GeneratorSource = Extract<JobSource, { kind: 'generator' }>;

const PREFIX_LENGTH_MAX = 512;

/** A manifest that is to be generated. Where none shall be kept, no place to keep it says anything.
 * @throws AwsError BadRequestException, NotImplemented */
export function readGenerator(input: GeneratorInput): GeneratorSource {
  const generator = required('ManifestGenerator.S3JobManifestGenerator', input.S3JobManifestGenerator);
  const { ExpectedBucketOwner: owner, ManifestOutputLocation: location } = generator;
  const output = location === undefined ? undefined : readOutput(location);
  const keep = required('EnableManifestOutput', generator.EnableManifestOutput);
  if (keep && output === undefined) {
    throw badJobRequest('ManifestOutputLocation is required where EnableManifestOutput is true.');
  }
  return {
    kind: 'generator',
    sourceBucket: bucketArnOf('SourceBucket', generator.SourceBucket),
    ...(owner === undefined ? {} : { expectedBucketOwner: accountIdOf('ExpectedBucketOwner', owner) }),
    ...(keep && output !== undefined ? { output } : {}),
    filter: readFilter(generator.Filter),
  };
}

function readOutput(location: OutputInput): ManifestOutput {
  const { ExpectedManifestBucketOwner: owner, ManifestPrefix: prefix, ManifestEncryption: sse } = location;
  return {
    bucket: bucketArnOf('ManifestOutputLocation.Bucket', location.Bucket),
    ...(prefix === undefined ? {} : { prefix: textOf('ManifestPrefix', prefix, PREFIX_LENGTH_MAX) }),
    ...(owner === undefined
      ? {}
      : { expectedBucketOwner: accountIdOf('ExpectedManifestBucketOwner', owner) }),
    format: oneOf('ManifestFormat', location.ManifestFormat, ['S3InventoryReport_CSV_20211130']),
    sseS3: sse !== undefined && isSseS3(sse),
  };
}

function isSseS3({ SSES3: s3, SSEKMS: kms }: NonNullable<OutputInput['ManifestEncryption']>): true {
  if ((s3 === undefined) === (kms === undefined)) {
    throw badJobRequest('ManifestEncryption must be one of SSE-S3 and SSE-KMS.');
  }
  if (kms !== undefined) throw jobElementNotImplemented('ManifestEncryption with SSE-KMS');
  return true;
}
