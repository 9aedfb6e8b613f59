import type { Bucket } from '../../../buckets/bucket.ts';
import { AwsError } from '../../../errors/aws-error.ts';
import type { ObjectsContext } from '../../../objects/context.ts';
import { headObject } from '../../../objects/head-object.ts';
import type { PolicyDocument } from '../../../policy/types.ts';
import type { AccessRequirement } from '../../../wire/call.ts';
import { keyOfArn } from '../access-resources.ts';

const KEY_PREFIX = 's3:existingobjecttag/';
/** The actions that know s3:ExistingObjectTag (Service Authorization Reference). */
const ACTIONS =
  /^s3:(GetObject(Version)?(Acl|Tagging|Attributes|Torrent)?|PutObject(Version)?(Acl|Tagging)|DeleteObject(Version)?Tagging)$/;

const asking = new WeakMap<PolicyDocument, boolean>();

function asksForTags(document: PolicyDocument): boolean {
  let asks = asking.get(document);
  if (asks === undefined) {
    asks = document.statements.some(({ conditions }) =>
      conditions.some(({ key }) => key.toLowerCase().startsWith(KEY_PREFIX)),
    );
    asking.set(document, asks);
  }
  return asks;
}

/** Whether some policy wants to know the tags of the object that is acted on: then they must be read first. */
export function asksForExistingTags(
  { action }: AccessRequirement,
  policies: readonly PolicyDocument[],
): boolean {
  return policies.some(asksForTags) && ACTIONS.test(action);
}

/** s3:ExistingObjectTag/… of the object that is acted on. */
export async function existingObjectTags(
  objects: ObjectsContext,
  bucket: Bucket,
  { resource, context }: AccessRequirement,
): Promise<Readonly<Record<string, string>>> {
  const key = keyOfArn(resource);
  if (key === undefined) return {};
  const versionId = context?.['s3:versionid'];
  try {
    const { tags } = await headObject(objects, bucket, {
      key,
      ...(typeof versionId === 'string' ? { versionId } : {}),
    });
    return Object.fromEntries(tags.map(([name, value]) => [`s3:ExistingObjectTag/${name}`, value]));
  } catch (error) {
    // What is missing has no tags; the operation itself says that it is missing.
    if (error instanceof AwsError) return {};
    throw error;
  }
}
