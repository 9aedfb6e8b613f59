import { arnOf } from './principals.ts';
import type { AccessRequest } from './types.ts';

/** The condition keys of one request, looked up without regard to letter case.
 *
 * Keys that tell who asks come from the principal and never from the request's context: no header can pose as one. */
export class RequestValues {
  readonly #request: AccessRequest;
  readonly #resourceAccount: string;
  /** Made when first asked for: most policies ask for none of them. */
  #principal: ReadonlyMap<string, string> | undefined;

  constructor(request: AccessRequest, resourceAccount: string) {
    this.#request = request;
    this.#resourceAccount = resourceAccount;
  }

  get(key: string): readonly string[] | undefined {
    const lower = key.toLowerCase();
    if (PRINCIPAL_KEYS.has(lower)) {
      this.#principal ??= new Map(principalValues(this.#request));
      return listOf(this.#principal.get(lower));
    }
    if (lower === 'aws:resourceaccount' && this.#resourceAccount !== '') return [this.#resourceAccount];
    const { context } = this.#request;
    // Mostly written as AWS writes it; looking for another spelling costs a walk over all keys.
    if (Object.hasOwn(context, key)) return listOf(context[key]);
    for (const name in context) {
      if (name.length === key.length && name.toLowerCase() === lower) return listOf(context[name]);
    }
    return undefined;
  }
}

function listOf(value: string | readonly string[] | undefined): readonly string[] | undefined {
  return typeof value === 'string' ? [value] : value;
}

const PRINCIPAL_KEYS: ReadonlySet<string> = new Set([
  'aws:principalarn',
  'aws:principalaccount',
  'aws:principaltype',
  'aws:principalisawsservice',
  'aws:principalservicename',
  'aws:userid',
  'aws:username',
  'aws:multifactorauthpresent',
  'aws:tokenissuetime',
]);

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable */
function principalValues({ principal, context }: AccessRequest): [key: string, value: string][] {
  switch (principal.kind) {
    case 'anonymous':
      return [
        ['aws:principaltype', 'Anonymous'],
        ['aws:userid', 'anonymous'],
        ['aws:principalisawsservice', 'false'],
      ];
    case 'root':
      return [
        ...accountValues(principal.account, arnOf(principal), 'Account', principal.temporary),
        ...tokenValues(principal),
        ['aws:userid', principal.account],
      ];
    case 'user':
      return [
        ...accountValues(principal.account, principal.arn, 'User', principal.temporary),
        ...tokenValues(principal),
        ['aws:userid', principal.userId],
        ['aws:username', principal.userName],
      ];
    case 'role-session':
      return [
        ...accountValues(principal.account, principal.roleArn, 'AssumedRole', true),
        ...tokenValues(principal, context['aws:CurrentTime']),
        ['aws:userid', `${principal.roleId}:${principal.sessionName}`],
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
  temporary: true | undefined,
): [key: string, value: string][] {
  return [
    ['aws:principalarn', arn],
    ['aws:principalaccount', account],
    ['aws:principaltype', type],
    ['aws:principalisawsservice', 'false'],
    // There is no MFA here. The key is absent for long-term keys and false for temporary ones, as at AWS.
    ...(temporary === true ? [['aws:multifactorauthpresent', 'false'] as [string, string]] : []),
  ];
}

/** Absent for long-term keys. A session without a token is one of ours, assumed anew whenever anything changes: it is as
 * young as the request. */
function tokenValues(
  { tokenIssuedAtMs }: { readonly tokenIssuedAtMs?: number },
  now?: string | readonly string[],
): [key: string, value: string][] {
  const issued = tokenIssuedAtMs === undefined ? now : new Date(tokenIssuedAtMs).toISOString();
  return typeof issued === 'string' ? [['aws:tokenissuetime', issued]] : [];
}
