import { parsePolicy } from './document.ts';
import type { PolicyKind } from './statement.ts';
import type { PolicyDocument } from './types.ts';

/** Documents are parsed again after every change of any configuration, mostly unchanged themselves; and the same
 * few texts are attached to many. Bounded by text: parsed documents take some times as much. */
const CHARACTERS_MAX = 4 * 1024 * 1024;

const parsed: Readonly<Record<PolicyKind, Map<string, PolicyDocument>>> = {
  identity: new Map(),
  resource: new Map(),
  trust: new Map(),
};
let characters = 0;

/** `parsePolicy` of a document that was accepted before, remembered by its text.
 * @throws PolicyError */
export function parsedPolicy(json: string, kind: PolicyKind): PolicyDocument {
  const known = parsed[kind].get(json);
  if (known !== undefined) return known;
  const document = parsePolicy(json, kind);
  if (characters + json.length > CHARACTERS_MAX) {
    for (const documents of Object.values(parsed)) documents.clear();
    characters = 0;
  }
  parsed[kind].set(json, document);
  characters += json.length;
  return document;
}
