import { AwsError } from './aws-error.ts';

/** What S3 says about replication configurations (reference: s3-replication 1.4). Texts in aws-answers.md are
 * AWS's own; the others were seen in public reports or, where nobody quoted them, are worded alike. */

export function replicationConfigurationNotFound(bucket: string): AwsError {
  return new AwsError(
    'ReplicationConfigurationNotFoundError',
    404,
    'The replication configuration was not found',
    { fields: { BucketName: bucket } },
  );
}

/** The document does not fit AWS's schema; AWS never says where, so the reason goes into our log only. */
export function replicationDocumentMalformed(reason: string): AwsError {
  return new AwsError(
    'MalformedXML',
    400,
    'The XML you provided was not well-formed or did not validate against our published schema',
    { cause: reason },
  );
}

export function replicationInvalid(message: string): AwsError {
  return new AwsError('InvalidRequest', 400, message);
}

export function replicationArgumentInvalid(message: string, name?: string, value?: string): AwsError {
  return new AwsError('InvalidArgument', 400, message, {
    fields: {
      ...(name === undefined ? {} : { ArgumentName: name }),
      ...(value === undefined ? {} : { ArgumentValue: value }),
    },
  });
}

export function replicationElementNotBuilt(element: string): AwsError {
  return new AwsError(
    'NotImplemented',
    501,
    `A header or element you provided implies functionality that is not implemented: ${element}`,
    { fields: { Header: element } },
  );
}

export function sourceVersioningNotEnabled(): AwsError {
  return replicationInvalid(
    "Versioning must be 'Enabled' on the bucket to apply a replication configuration",
  );
}

/** The same text whether the bucket is unversioned, foreign or missing: existence is not revealed. */
export function destinationVersioningNotEnabled(): AwsError {
  return replicationInvalid('Destination bucket must have versioning enabled.');
}
