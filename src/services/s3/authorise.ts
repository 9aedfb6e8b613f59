import type { Bucket } from '../../buckets/bucket.ts';
import { accessDenied } from '../../errors/s3.ts';
import { applicableBucketPolicy } from '../../identity/applicable-bucket-policy.ts';
import { authorise as decide } from '../../identity/authorise.ts';
import type { Identity } from '../../identity/identity.ts';
import type { ObjectsContext } from '../../objects/context.ts';
import { existingTags } from '../../objects/existing-tags.ts';
import { asksForExistingTags, existingObjectTags } from '../../policy/existing-object-tags.ts';
import { explainDecision } from '../../policy/explain.ts';
import { isOfAccount } from '../../policy/of-account.ts';
import type { RequestContext } from '../../policy/types.ts';
import type { AccessRequirement } from '../../wire/call.ts';
import { bucketOfArn, keyOfArn } from './access-resources.ts';
import { checkBucketRegion, checkSiteRegion } from './rules/bucket-region.ts';
import { requestContext } from './rules/request-context.ts';
import { asksForUpload, uploadConditions } from './rules/upload-conditions.ts';
import type { S3Call } from './s3-handler.ts';

export interface S3Access {
  readonly objects: ObjectsContext;
  readonly identity: Identity;
}

/** Returns when the caller may do all of it, and throws what the client is told when not: first that the bucket does not
 * exist or lives elsewhere, then what the policies decide. */
export async function authoriseS3(
  access: S3Access,
  call: S3Call,
  requirements: readonly AccessRequirement[],
): Promise<void> {
  for (const requirement of requirements) {
    const name = call.operation === 'CreateBucket' ? undefined : bucketOfArn(requirement.resource);
    if (name === undefined) {
      checkSiteRegion(call, access.objects.site);
      await decideInOwnAccount(access, call, requirement);
      continue;
    }
    const bucket = await access.objects.buckets.require(name);
    if (!isCopySource(call, requirement)) checkBucketRegion(call, access.objects.site, bucket);
    await decideOnBucket(access, call, bucket, requirement);
  }
}

const SOURCE_ACTIONS = new Set([
  's3:GetObject',
  's3:GetObjectVersion',
  's3:ListBucket',
  's3:GetObjectTagging',
  's3:GetObjectVersionTagging',
]);

/** Of a copy, what is read is the source: it may lie in any region. */
function isCopySource(call: S3Call, { action }: AccessRequirement): boolean {
  return (
    (call.operation === 'CopyObject' || call.operation === 'UploadPartCopy') && SOURCE_ACTIONS.has(action)
  );
}

/** Actions on no bucket, or on one that is still to be made. */
async function decideInOwnAccount(
  { identity }: S3Access,
  call: S3Call,
  { action, resource, context }: AccessRequirement,
): Promise<void> {
  const { caller } = call;
  if (!('account' in caller)) throw accessDenied();
  const request = {
    principal: caller,
    action,
    resource,
    context: { ...requestContext(call), ...context },
    resourceAccount: caller.account,
  };
  const decision = await decide(identity, request);
  if (decision.decision !== 'allow') throw accessDenied(explainDecision(request, decision));
}

async function decideOnBucket(
  { objects, identity }: S3Access,
  call: S3Call,
  bucket: Bucket,
  requirement: AccessRequirement,
): Promise<void> {
  const { caller } = call;
  const { owner, policyPrincipalIds } = bucket.row;
  const { action, resource } = requirement;
  const policy = applicableBucketPolicy(bucket.row, caller);
  const ownersRoot = caller.kind === 'root' && caller.account === owner;
  // Nothing but a bucket policy can bind the owner's root, and not even that keeps it from repairing the policy.
  if (ownersRoot && (policy === undefined || POLICY_REPAIRS.has(action))) return;
  const known = identity.policiesOf(caller);
  const policies = known instanceof Promise ? await known : known;
  const all = [...policies.identity, ...(policies.session ?? []), ...(policy === undefined ? [] : [policy])];
  if (policies.boundary !== undefined) all.push(policies.boundary);
  const tags = asksForExistingTags(action, all)
    ? await tagsOfTarget(objects, bucket, requirement)
    : undefined;
  const upload = asksForUpload(call, requirement, all)
    ? await uploadConditions(bucket, call, requirement)
    : undefined;
  const request = {
    principal: caller,
    action,
    resource,
    context: {
      ...requestContext(call),
      's3:ResourceAccount': owner,
      ...upload,
      ...requirement.context,
      ...tags,
    },
    ...(policy === undefined ? {} : { resourcePolicy: policy }),
    ...(policyPrincipalIds === undefined ? {} : { resourcePrincipalIds: policyPrincipalIds }),
    resourceAccount: owner,
  };
  const decision = await decide(identity, request);
  if (decision.decision === 'allow') return;
  // Reasons are told inside one account only: others must not learn how it is kept.
  throw isOfAccount(caller, owner) ? accessDenied(explainDecision(request, decision)) : accessDenied();
}

async function tagsOfTarget(
  objects: ObjectsContext,
  bucket: Bucket,
  { action, resource, context }: AccessRequirement,
): Promise<RequestContext> {
  const key = keyOfArn(resource);
  if (key === undefined) return {};
  const versionId = context?.['s3:versionid'];
  const name = { key, ...(typeof versionId === 'string' ? { versionId } : {}) };
  return existingObjectTags(action, await existingTags(objects, bucket, name));
}

const POLICY_REPAIRS = new Set(['s3:GetBucketPolicy', 's3:PutBucketPolicy', 's3:DeleteBucketPolicy']);
