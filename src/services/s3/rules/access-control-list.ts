import type { Bucket } from '../../../buckets/bucket.ts';
import {
  accessControlListNotSupported,
  invalidArgument,
  invalidRequest,
  malformedAclError,
  missingSecurityHeader,
  notImplemented,
  unexpectedContent,
} from '../../../errors/s3.ts';
import type { S3Call, S3Input } from '../s3-handler.ts';
import { canonicalId } from './canonical-id.ts';

/** Access control lists say nothing here that ownership does not: every object belongs to the bucket's owner, who has full
 * control. Under BucketOwnerEnforced (the default) AWS itself accepts only what says the same. Where ACLs are switched
 * on, lists that would give rights to others are refused by name until their effect is built. */

const CANNED = new Set([
  'private',
  'public-read',
  'public-read-write',
  'authenticated-read',
  'aws-exec-read',
  'bucket-owner-read',
  'bucket-owner-full-control',
  'log-delivery-write',
]);

const GRANT_HEADERS = [
  'x-amz-grant-full-control',
  'x-amz-grant-read',
  'x-amz-grant-read-acp',
  'x-amz-grant-write',
  'x-amz-grant-write-acp',
];

type Headers = Readonly<Record<string, string>>;

export function aclsAreDisabled(bucket: Bucket): boolean {
  return bucket.row.ownershipControls === 'BucketOwnerEnforced';
}

/** The ACL of a write of an object.
 * @throws AwsError */
export function checkWriteAcl(call: S3Call, bucket: Bucket): void {
  const canned = checkAclHeaders(call.headers);
  const byOwner = accountOf(call) === bucket.row.owner;
  if (aclsAreDisabled(bucket)) {
    // Said by the owner, `private` is the same list as bucket-owner-full-control. rclone sends it with every write.
    const same = ['bucket-owner-full-control', ...(byOwner ? ['private'] : [])];
    if (canned === undefined || same.includes(canned)) {
      if (grantHeader(call.headers) === undefined) return;
    }
    throw accessControlListNotSupported();
  }
  const grant = grantHeader(call.headers);
  if (grant !== undefined) throw notImplemented(grant);
  if (canned === undefined || canned === 'private') {
    // The writer would own the object: no object here belongs to anyone but the bucket's owner.
    if (!byOwner) throw notImplemented('x-amz-object-ownership');
    return;
  }
  if (canned === 'bucket-owner-full-control') {
    if (!byOwner && bucket.row.ownershipControls !== 'BucketOwnerPreferred') {
      throw notImplemented('x-amz-object-ownership');
    }
    return;
  }
  if (canned === 'bucket-owner-read' && byOwner) return;
  throw notImplemented('x-amz-acl');
}

/** The ACL of PutBucketAcl and PutObjectAcl, which set nothing else.
 * @throws AwsError */
export function checkPutAcl(
  call: S3Call,
  bucket: Bucket,
  document: S3Input<'PutBucketAcl'>['AccessControlPolicy'],
): void {
  const canned = checkAclHeaders(call.headers);
  const grant = grantHeader(call.headers);
  if (canned !== undefined && document !== undefined) throw unexpectedContent();
  if (canned === undefined && grant === undefined && document === undefined) {
    throw missingSecurityHeader('x-amz-acl');
  }
  const disabled = aclsAreDisabled(bucket);
  if (document !== undefined) {
    if (givesOwnerFullControlOnly(document, canonicalId(bucket.row.owner))) return;
    throw disabled ? accessControlListNotSupported() : notImplemented('x-amz-acl');
  }
  if (canned === 'bucket-owner-full-control') return;
  if (disabled) throw accessControlListNotSupported();
  if (canned === 'private') return;
  throw notImplemented(grant ?? 'x-amz-acl');
}

/** At creation nobody else has rights yet: `private` is what is made.
 * @throws AwsError */
export function checkCreateBucketAcl(headers: Headers): void {
  const canned = checkAclHeaders(headers);
  if (canned !== undefined && canned !== 'private') throw accessControlListNotSupported();
  if (grantHeader(headers) !== undefined) throw accessControlListNotSupported();
}

function checkAclHeaders(headers: Headers): string | undefined {
  const canned = headers['x-amz-acl'];
  if (canned !== undefined && !CANNED.has(canned)) throw invalidArgument('', 'x-amz-acl', canned);
  for (const name of GRANT_HEADERS) {
    const grant = headers[name];
    if (grant === undefined) continue;
    if (canned !== undefined) {
      throw invalidRequest('Specifying both Canned ACLs and Header Grants is not allowed');
    }
    checkGrantees(name, grant);
  }
  return canned;
}

function checkGrantees(header: string, value: string): void {
  for (const grantee of value.split(',')) {
    const match = /^(id|uri|emailAddress)="?([^"]*)"?$/.exec(grantee.trim());
    if (match === null) throw invalidArgument('Argument format not recognized', header, value);
    const [, kind, name = ''] = match;
    if (kind === 'id' && !/^[0-9a-f]{64}$/.test(name))
      throw invalidArgument('Invalid id', 'CanonicalUser/ID', name);
    if (kind === 'uri' && !name.startsWith('http://acs.amazonaws.com/groups/')) {
      throw invalidArgument('Invalid group uri', 'Group/URI', name);
    }
  }
}

function grantHeader(headers: Headers): string | undefined {
  return GRANT_HEADERS.find((name) => headers[name] !== undefined);
}

function givesOwnerFullControlOnly(
  document: NonNullable<S3Input<'PutBucketAcl'>['AccessControlPolicy']>,
  ownerId: string,
): boolean {
  if (document.Owner === undefined || document.Grants === undefined) throw malformedAclError();
  const [grant, ...others] = document.Grants;
  return (
    others.length === 0 &&
    document.Owner.ID === ownerId &&
    grant?.Permission === 'FULL_CONTROL' &&
    grant.Grantee?.ID === ownerId
  );
}

function accountOf(call: S3Call): string | undefined {
  return 'account' in call.caller ? call.caller.account : undefined;
}
