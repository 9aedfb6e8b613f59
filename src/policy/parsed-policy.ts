import { parsePolicy } from './document.ts';
import type { PolicyKind } from './statement.ts';
import type { PolicyDocument } from './types.ts';

/** Documents are parsed again after every change of any configuration, mostly unchanged themselves; and the same
 * few texts are attached to many. */
const DOCUMENTS_MAX = 10_000;

const parsed: Readonly<Record<PolicyKind, Map<string, PolicyDocument>>> = {
  identity: new Map(),
  resource: new Map(),
  trust: new Map(),
};

/** `parsePolicy` of a document that was accepted before, remembered by its text.
 * @throws PolicyError */
export function parsedPolicy(json: string, kind: PolicyKind): PolicyDocument {
  const documents = parsed[kind];
  const known = documents.get(json);
  if (known !== undefined) return known;
  const document = parsePolicy(json, kind);
  if (documents.size >= DOCUMENTS_MAX) documents.clear();
  documents.set(json, document);
  return document;
}
