import { invalidRequest } from '../../../errors/s3.ts';
import type { ReadObjectOptions } from '../../../objects/read-object.ts';
import type { ObjectVersion } from '../../../store/tables/rows.ts';
import type { S3Call, S3Input } from '../s3-handler.ts';
import { byteRange, rangeStillApplies } from './byte-range.ts';
import { checkReadEncryption } from './encryption-headers.ts';
import { partNumber } from './part-number.ts';
import { checkReadConditions } from './read-conditions.ts';

/** What GetObject and HeadObject ask for: conditions first, then what `check` refuses, then the range.
 * @throws AwsError; the returned `select` too */
export function readSelection(
  input: S3Input<'GetObject'>,
  call: S3Call,
  check?: (version: ObjectVersion) => void,
): ReadObjectOptions {
  const { headers } = call;
  checkReadEncryption(headers);
  const range = headers['range'];
  if (input.PartNumber !== undefined) {
    partNumber(input.PartNumber);
    if (range !== undefined) {
      throw invalidRequest('Cannot specify both Range header and partNumber query parameter');
    }
  }
  return {
    key: input.Key,
    method: call.method,
    ...(input.VersionId === undefined ? {} : { versionId: input.VersionId }),
    ...(input.PartNumber === undefined ? {} : { partNumber: input.PartNumber }),
    select(version, lastModifiedMs) {
      const subject = { etag: version.etag, lastModifiedMs };
      checkReadConditions(
        {
          ifMatch: input.IfMatch,
          ifNoneMatch: input.IfNoneMatch,
          ifModifiedSince: input.IfModifiedSince,
          ifUnmodifiedSince: input.IfUnmodifiedSince,
        },
        subject,
        call.clock.now(),
      );
      check?.(version);
      if (range === undefined || !rangeStillApplies(headers['if-range'], subject)) return undefined;
      return byteRange(range, version.size);
    },
  };
}
