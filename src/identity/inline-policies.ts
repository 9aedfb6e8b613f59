import { limitExceeded, noSuchEntity } from '../errors/iam.ts';
import { checkedDocument, countedCharacters } from './checked-documents.ts';
import { checkedName } from './checked-input.ts';
import type { IdentityContext } from './context.ts';
import { changeEntity, type EntityKind, requireEntity } from './entities.ts';
import { INLINE_CHARACTERS_MAX } from './limits.ts';

/** @throws AwsError NoSuchEntity, ValidationError, MalformedPolicyDocument, LimitExceeded */
export async function putInlinePolicy(
  context: IdentityContext,
  kind: EntityKind,
  account: string,
  name: string,
  policyName: string,
  document: string,
): Promise<void> {
  checkedName('policyName', policyName);
  checkedDocument(document, 'identity');
  await changeEntity(context, kind, account, name, (row) => {
    const inlinePolicies = { ...row.inlinePolicies, [policyName]: document };
    const characters = Object.values(inlinePolicies).reduce((sum, text) => sum + countedCharacters(text), 0);
    if (characters > INLINE_CHARACTERS_MAX[kind]) {
      throw limitExceeded(
        `Maximum policy size of ${INLINE_CHARACTERS_MAX[kind]} bytes exceeded for ${kind} ${name}`,
      );
    }
    return { ...row, inlinePolicies };
  });
}

/** The document as it was put.
 * @throws AwsError NoSuchEntity */
export async function getInlinePolicy(
  context: IdentityContext,
  kind: EntityKind,
  account: string,
  name: string,
  policyName: string,
): Promise<string> {
  const { row } = await requireEntity(context, kind, account, name);
  const document = new Map(Object.entries(row.inlinePolicies)).get(policyName);
  if (document === undefined) throw missing(kind, policyName);
  return document;
}

/** @throws AwsError NoSuchEntity */
export async function deleteInlinePolicy(
  context: IdentityContext,
  kind: EntityKind,
  account: string,
  name: string,
  policyName: string,
): Promise<void> {
  await changeEntity(context, kind, account, name, (row) => {
    if (!Object.hasOwn(row.inlinePolicies, policyName)) throw missing(kind, policyName);
    const { [policyName]: _removed, ...inlinePolicies } = row.inlinePolicies;
    return { ...row, inlinePolicies };
  });
}

function missing(kind: EntityKind, policyName: string) {
  return noSuchEntity(`The ${kind} policy with name ${policyName} cannot be found.`);
}
