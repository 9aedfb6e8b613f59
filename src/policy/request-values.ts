import { arnOf } from './principals.ts';
import type { AccessRequest, Principal } from './types.ts';

/** The condition keys of one request, looked up without regard to letter case. */
export class RequestValues {
  readonly #request: AccessRequest;
  readonly #resourceAccount: string;
  /** Made at the first look-up: most policies ask for no key. */
  #values: Map<string, readonly string[]> | undefined;

  constructor(request: AccessRequest, resourceAccount: string) {
    this.#request = request;
    this.#resourceAccount = resourceAccount;
  }

  get(key: string): readonly string[] | undefined {
    this.#values ??= collect(this.#request, this.#resourceAccount);
    return this.#values.get(key.toLowerCase());
  }
}

function collect(request: AccessRequest, resourceAccount: string): Map<string, readonly string[]> {
  const values = new Map<string, readonly string[]>();
  for (const [key, value] of Object.entries(request.context)) {
    values.set(key.toLowerCase(), typeof value === 'string' ? [value] : value);
  }
  // After the context, so that no header can pose as a key that tells who asks.
  for (const key of PRINCIPAL_KEYS) values.delete(key);
  for (const [key, value] of principalValues(request.principal)) values.set(key, [value]);
  if (resourceAccount !== '') values.set('aws:resourceaccount', [resourceAccount]);
  return values;
}

const PRINCIPAL_KEYS = [
  'aws:principalarn',
  'aws:principalaccount',
  'aws:principaltype',
  'aws:principalisawsservice',
  'aws:principalservicename',
  'aws:userid',
  'aws:username',
  'aws:multifactorauthpresent',
] as const;

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable */
function principalValues(principal: Principal): [(typeof PRINCIPAL_KEYS)[number], string][] {
  switch (principal.kind) {
    case 'anonymous':
      return [
        ['aws:principaltype', 'Anonymous'],
        ['aws:userid', 'anonymous'],
        ['aws:principalisawsservice', 'false'],
      ];
    case 'root':
      return [
        ...accountValues(principal.account, arnOf(principal), 'Account'),
        ['aws:userid', principal.account],
      ];
    case 'user':
      return [
        ...accountValues(principal.account, principal.arn, 'User'),
        ['aws:userid', principal.userId],
        ['aws:username', principal.userName],
      ];
    case 'role-session':
      return [
        ...accountValues(principal.account, principal.roleArn, 'AssumedRole'),
        ['aws:userid', `${principal.roleId}:${principal.sessionName}`],
        // There is no MFA here. The key is absent for long-term keys and false for temporary ones, as at AWS.
        ['aws:multifactorauthpresent', 'false'],
      ];
    case 'service':
      return [
        ['aws:principalisawsservice', 'true'],
        ['aws:principalservicename', principal.service],
      ];
  }
}

function accountValues(
  account: string,
  arn: string,
  type: string,
): [(typeof PRINCIPAL_KEYS)[number], string][] {
  return [
    ['aws:principalarn', arn],
    ['aws:principalaccount', account],
    ['aws:principaltype', type],
    ['aws:principalisawsservice', 'false'],
  ];
}
