import type { PolicyDocument, RequestContext } from './types.ts';

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
export function asksForExistingTags(action: string, policies: readonly PolicyDocument[]): boolean {
  return policies.some(asksForTags) && ACTIONS.test(action);
}

/** s3:ExistingObjectTag/…: what policies are told of the tags of the object that is acted on. */
export function existingObjectTags(
  action: string,
  tags: readonly (readonly [string, string])[],
): RequestContext {
  if (!ACTIONS.test(action)) return {};
  return Object.fromEntries(tags.map(([name, value]) => [`s3:ExistingObjectTag/${name}`, value]));
}
