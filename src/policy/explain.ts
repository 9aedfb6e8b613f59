import { arnOf } from './principals.ts';
import type { AccessRequest, Decision } from './types.ts';

const SOURCE_NAMES = {
  identity: 'identity-based policy',
  resource: 'resource-based policy',
  boundary: 'permissions boundary',
  session: 'session policy',
} as const;

/** The decision in AWS's own words, as its AccessDenied messages have them; for an allow, a plain sentence. */
export function explainDecision(request: AccessRequest, decision: Decision): string {
  const who = request.principal.kind === 'anonymous' ? 'anonymous' : arnOf(request.principal);
  const what = `${request.action} on resource: "${request.resource}"`;
  switch (decision.decision) {
    case 'allow':
      return `${who} is authorized to perform: ${what}`;
    case 'explicit-deny':
      return `User: ${who} is not authorized to perform: ${what} with an explicit deny in ${article(SOURCE_NAMES[decision.policy])}`;
    case 'implicit-deny':
      return `User: ${who} is not authorized to perform: ${what} because no ${SOURCE_NAMES[decision.missing]} allows the ${request.action} action`;
  }
}

function article(noun: string): string {
  return `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
}
