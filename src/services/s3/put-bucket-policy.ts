import { putBucketPolicy } from '../../buckets/bucket-policy.ts';
import { accessDenied, elementNotImplemented, malformedPolicy, methodNotAllowed } from '../../errors/s3.ts';
import type { Identity } from '../../identity/identity.ts';
import { resolvePrincipals } from '../../identity/resolve-principals.ts';
import type { ObjectsContext } from '../../objects/context.ts';
import { parsePolicy } from '../../policy/document.ts';
import { matchesText } from '../../policy/match.ts';
import { isOfAccount } from '../../policy/of-account.ts';
import { PolicyError } from '../../policy/policy-error.ts';
import { isPublicPolicy } from '../../policy/public-policy.ts';
import type { PolicyDocument } from '../../policy/types.ts';
import { bucketOfArn } from './access-resources.ts';
import type { S3Handler } from './s3-handler.ts';

// AWS: "Bucket policies are limited to 20 KB in size".
const POLICY_BYTES_MAX = 20 * 1024;

export const PutBucketPolicy =
  ({ buckets }: ObjectsContext, identity: Identity): S3Handler<'PutBucketPolicy'> =>
  async (input, call) => {
    const bucket = await buckets.require(input.Bucket);
    if (!isOfAccount(call.caller, bucket.row.owner)) throw methodNotAllowed('PUT', 'BUCKETPOLICY');
    const document = bucketPolicy(input.Policy, input.Bucket);
    const { ids, unknown } = await resolvePrincipals(identity, document);
    if (unknown.length > 0) throw malformedPolicy('Invalid principal in policy');
    if (bucket.row.publicAccessBlock?.blockPublicPolicy === true && isPublicPolicy(document)) {
      throw accessDenied(
        `User is not authorized to perform: s3:PutBucketPolicy on resource: "arn:aws:s3:::${input.Bucket}" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.`,
      );
    }
    await putBucketPolicy(buckets, bucket, input.Policy, ids);
    call.response.status = 204;
    return {};
  };

/** @throws AwsError MalformedPolicy, NotImplemented */
function bucketPolicy(json: string, bucket: string): PolicyDocument {
  if (Buffer.byteLength(json) > POLICY_BYTES_MAX) {
    throw malformedPolicy(`Policy exceeds the maximum allowed document size (${POLICY_BYTES_MAX}).`);
  }
  let document: PolicyDocument;
  try {
    document = parsePolicy(json, 'resource');
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw error.unsupported ? elementNotImplemented(error.message) : malformedPolicy(error.message);
  }
  for (const { actions, resources } of document.statements) {
    if (!actions.negated && !actions.patterns.every((action) => /^(\*|s3:)/i.test(action))) {
      throw malformedPolicy('Policy has invalid action');
    }
    if (!(resources?.patterns ?? []).every((resource) => resource === '*' || namesBucket(resource, bucket))) {
      throw malformedPolicy('Policy has invalid resource');
    }
  }
  return document;
}

/** A bucket's policy speaks of that bucket; wildcards may lie in its name. */
function namesBucket(resource: string, bucket: string): boolean {
  const name = bucketOfArn(resource);
  if (name === undefined) return resource.startsWith('arn:aws:s3:::*');
  return matchesText(name, bucket);
}
