import { askingForKeys } from './condition-keys-asked.ts';
import type { PolicyDocument, RequestContext } from './types.ts';

/** The actions that know s3:ExistingObjectTag (Service Authorization Reference). */
const ACTIONS =
  /^s3:(GetObject(Version)?(Acl|Tagging|Attributes|Torrent)?|PutObject(Version)?(Acl|Tagging)|DeleteObject(Version)?Tagging)$/;

const askForTags = askingForKeys('s3:existingobjecttag/');

/** Whether some policy wants to know the tags of the object that is acted on: then they must be read first. */
export function asksForExistingTags(action: string, policies: readonly PolicyDocument[]): boolean {
  return askForTags(policies) && ACTIONS.test(action);
}

/** s3:ExistingObjectTag/…: what policies are told of the tags of the object that is acted on. */
export function existingObjectTags(
  action: string,
  tags: readonly (readonly [string, string])[],
): RequestContext {
  if (!ACTIONS.test(action)) return {};
  return Object.fromEntries(tags.map(([name, value]) => [`s3:ExistingObjectTag/${name}`, value]));
}
