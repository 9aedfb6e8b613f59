import { isObject, stringsOf } from './json-values.ts';
import { PolicyError } from './policy-error.ts';
import type { PrincipalMatch } from './types.ts';

const ACCOUNT_ID = /^\d{12}$/;
const PRINCIPAL_ARN =
  /^arn:aws:(?:iam::\d{12}:(?:root|user\/[^*?]+|role\/[^*?]+)|sts::\d{12}:assumed-role\/[^/*?]+\/[^/*?]+)$/;
const SERVICE = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.amazonaws\.com$/;

/** The Principal or NotPrincipal element. Wildcards stand alone: AWS knows no `user/*` here.
 * @throws PolicyError */
export function parsePrincipal(value: unknown, negated: boolean): PrincipalMatch {
  if (value === '*') return { negated, everyone: true, aws: [], service: [], federated: [] };
  if (!isObject(value) || Object.keys(value).length === 0)
    throw new PolicyError('Invalid principal in policy');
  let aws: readonly string[] = [];
  let service: readonly string[] = [];
  let federated: readonly string[] = [];
  for (const [type, entry] of Object.entries(value)) {
    const names = stringsOf(entry, 'Principal');
    if (names.length === 0) throw new PolicyError('Invalid principal in policy');
    switch (type) {
      case 'AWS':
        aws = names.map(checkedAws);
        break;
      case 'Service':
        service = names.map(checkedService);
        break;
      case 'Federated':
        // No identity provider signs in here: such a name is true of nobody.
        federated = names;
        break;
      case 'CanonicalUser':
        throw new PolicyError('Principal CanonicalUser', { unsupported: true });
      default:
        throw new PolicyError('Invalid principal in policy');
    }
  }
  const everyone = aws.includes('*');
  return { negated, everyone, aws: aws.filter((name) => name !== '*'), service, federated };
}

function checkedAws(name: string): string {
  if (name === '*' || ACCOUNT_ID.test(name) || PRINCIPAL_ARN.test(name)) return name;
  throw new PolicyError(`Invalid principal in policy: "AWS":"${name}"`);
}

function checkedService(name: string): string {
  if (SERVICE.test(name)) return name;
  throw new PolicyError(`Invalid principal in policy: "SERVICE":"${name}"`);
}
