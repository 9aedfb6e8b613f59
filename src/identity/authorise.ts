import { evaluate } from '../policy/evaluate.ts';
import { parsedPolicy } from '../policy/parsed-policy.ts';
import type { Decision, PolicyDocument, Principal, RequestContext } from '../policy/types.ts';
import type { Identity } from './identity.ts';

export interface AuthoriseRequest {
  readonly principal: Principal;
  /** As `s3:GetObject`. */
  readonly action: string;
  /** ARN. */
  readonly resource: string;
  readonly context: RequestContext;
  /** The policy of the resource, parsed or as stored (a bucket policy). */
  readonly resourcePolicy?: PolicyDocument | string;
  /** The unique ids of those it names, as `resolvePrincipals` gave them when it was put. */
  readonly resourcePrincipalIds?: Readonly<Record<string, string>>;
  /** Who owns the resource. */
  readonly resourceAccount: string;
  readonly resourceMustAllow?: true;
}

/** What AWS would decide. At once when the principal's policies are known. */
export function authorise(identity: Identity, request: AuthoriseRequest): Decision | Promise<Decision> {
  const policies = identity.policiesOf(request.principal);
  if (policies instanceof Promise) return policies.then((loaded) => decide(request, loaded));
  return decide(request, policies);
}

function decide(request: AuthoriseRequest, policies: Awaited<ReturnType<Identity['policiesOf']>>): Decision {
  const { principal, action, resource, resourcePolicy, resourceAccount } = request;
  const { resourceMustAllow, resourcePrincipalIds } = request;
  // The principal's own tags come last: no request may claim others.
  const context = { ...request.context, ...policies.context };
  const document =
    typeof resourcePolicy === 'string' ? parsedPolicy(resourcePolicy, 'resource') : resourcePolicy;
  return evaluate(
    { principal, action, resource, context },
    {
      identity: policies.identity,
      resourceAccount,
      ...(policies.boundary === undefined ? {} : { boundary: policies.boundary }),
      ...(policies.session === undefined ? {} : { session: policies.session }),
      ...(document === undefined ? {} : { resource: document }),
      ...(resourcePrincipalIds === undefined ? {} : { resourcePrincipalIds }),
      ...(resourceMustAllow === undefined ? {} : { resourceMustAllow }),
    },
  );
}
