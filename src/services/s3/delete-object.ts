import { notImplemented } from '../../errors/s3.ts';
import type { ObjectsContext } from '../../objects/context.ts';
import { deleteObject } from '../../objects/delete-object.ts';
import { checkNoGovernanceBypass } from './rules/object-lock-headers.ts';
import type { S3Handler } from './s3-handler.ts';

/** Conditions of directory buckets; AWS names the date first where both come. */
const REFUSED = ['x-amz-if-match-last-modified-time', 'x-amz-if-match-size', 'x-amz-mfa'] as const;

export const DeleteObject =
  (objects: ObjectsContext): S3Handler<'DeleteObject'> =>
  async (input, call) => {
    const { headers } = call;
    for (const name of REFUSED) if (headers[name] !== undefined) throw notImplemented(name);
    const bucket = await objects.buckets.require(input.Bucket);
    checkNoGovernanceBypass(headers);
    const deleted = await deleteObject(objects, bucket, {
      key: input.Key,
      ...(input.VersionId === undefined ? {} : { versionId: input.VersionId }),
      ...(input.IfMatch === undefined ? {} : { ifMatch: input.IfMatch }),
    });
    return {
      ...(deleted.versionId === undefined ? {} : { VersionId: deleted.versionId }),
      ...(deleted.deleteMarker ? { DeleteMarker: true } : {}),
    };
  };
