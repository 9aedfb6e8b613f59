import type { Keyring } from '../keys/keyring.ts';
import { openSecret } from '../keys/secret.ts';
import type { Clock } from '../lib/clock.ts';
import { parsedPolicy } from '../policy/parsed-policy.ts';
import type { Principal } from '../policy/types.ts';
import type { KeyValueStore } from '../store/kv/key-value-store.ts';
import { accessKeys } from '../store/tables/access-keys.ts';
import { secretPurpose } from './access-keys.ts';
import { GONE, managedDocuments, type PrincipalPolicies, policiesOfHolder } from './applied-policies.ts';
import { assumedRoleArn, iamArn } from './arn.ts';
import type { IdentityContext } from './context.ts';
import { findEntity } from './entities.ts';
import { EpochCache } from './epoch-cache.ts';
import { type SessionClaims, SessionTokens } from './session-token.ts';

/** A key that may sign. */
export interface Credential {
  readonly secretAccessKey: string;
  readonly principal: Principal;
}

/** `undefined`: no such key, a session key without its token, or a session whose role or user is gone. */
export type CredentialAnswer = Credential | undefined | 'disabled' | 'expired' | 'invalid-token';

// A million entries would be some hundred MiB; more keys than this in use at once share the rest of the cache.
const CREDENTIALS_MAX = 20_000;
const POLICIES_MAX = 20_000;

const NO_POLICIES: PrincipalPolicies = { identity: [], context: {} };

/** Who may sign and what their policies say: read at every request, kept parsed until configuration changes.
 * Changes are functions of this folder that take the same object as their context.
 *
 * Invariants
 * - An answered change of keys, policies, groups or roles is seen by every later call, in every thread.
 * - A session never outlives the role or user it was made for: one made again has another id. */
export class Identity implements IdentityContext {
  readonly store: KeyValueStore;
  readonly clock: Clock;
  readonly keyring: Keyring;
  /** By access key id. Never one cache with the sessions: a session token sent as an access key id would be found in
   * it, past the check of its expiry. */
  readonly #longTermKeys: EpochCache<Credential | 'disabled'>;
  /** By session token. */
  readonly #sessions: EpochCache<Credential>;
  readonly #policies: EpochCache<PrincipalPolicies>;
  readonly #tokens: SessionTokens;

  constructor(context: IdentityContext) {
    this.store = context.store;
    this.clock = context.clock;
    this.keyring = context.keyring;
    this.#longTermKeys = new EpochCache(context.store, CREDENTIALS_MAX);
    this.#sessions = new EpochCache(context.store, CREDENTIALS_MAX);
    this.#policies = new EpochCache(context.store, POLICIES_MAX);
    this.#tokens = new SessionTokens(context.keyring);
  }

  /** At once when the key is known. */
  credentials(accessKeyId: string, sessionToken?: string): CredentialAnswer | Promise<CredentialAnswer> {
    if (sessionToken === undefined) {
      return this.#longTermKeys.get(accessKeyId, () => this.#longTerm(accessKeyId));
    }
    const claims = this.#tokens.open(sessionToken);
    if (claims === undefined || claims.accessKeyId !== accessKeyId) return 'invalid-token';
    if (claims.expiresAtMs <= this.clock.now()) return 'expired';
    return this.#sessions.get(sessionToken, () => this.#session(claims));
  }

  /** At once when they are known. */
  policiesOf(principal: Principal): PrincipalPolicies | Promise<PrincipalPolicies> {
    switch (principal.kind) {
      case 'anonymous':
      case 'root':
      case 'service':
        return NO_POLICIES;
      case 'user': {
        const key = `user/${principal.account}/${principal.userName}/${principal.userId}`;
        return orGone(this.#policies.get(key, () => this.#ofUser(principal)));
      }
      case 'role-session':
        return this.#ofSession(principal);
    }
  }

  async #longTerm(accessKeyId: string): Promise<Credential | 'disabled' | undefined> {
    const [found] = await this.store.get([accessKeys.key(accessKeyId)]);
    if (found === undefined) return undefined;
    const row = accessKeys.decode(found);
    if (row.status === 'Inactive') return 'disabled';
    const principal = await this.#ownerOf(row.account, row.userName);
    if (principal === undefined) return undefined;
    return {
      secretAccessKey: openSecret(this.keyring, row.sealedSecret, secretPurpose(accessKeyId)),
      principal,
    };
  }

  async #ownerOf(account: string, userName: string | undefined): Promise<Principal | undefined> {
    if (userName === undefined) return { kind: 'root', account };
    const user = (await findEntity(this, 'user', account, userName))?.row;
    return user === undefined
      ? undefined
      : {
          kind: 'user',
          account,
          arn: iamArn(account, 'user', user.path, user.userName),
          userId: user.userId,
          userName: user.userName,
        };
  }

  async #session(claims: SessionClaims): Promise<Credential | undefined> {
    const principal = await this.#principalOf(claims);
    return principal === undefined ? undefined : { secretAccessKey: claims.secretAccessKey, principal };
  }

  async #principalOf(claims: SessionClaims): Promise<Principal | undefined> {
    const { account, issuedAtMs: tokenIssuedAtMs } = claims;
    if (claims.of === 'role') {
      const role = (await findEntity(this, 'role', account, claims.roleName))?.row;
      if (role?.roleId !== claims.roleId) return undefined;
      return {
        kind: 'role-session',
        account,
        roleArn: iamArn(account, 'role', role.path, role.roleName),
        roleId: role.roleId,
        sessionName: claims.sessionName,
        arn: assumedRoleArn(account, role.roleName, claims.sessionName),
        tokenIssuedAtMs,
        ...(claims.sessionPolicy === undefined ? {} : { sessionPolicy: claims.sessionPolicy }),
        ...(claims.sessionPolicyArns === undefined ? {} : { sessionPolicyArns: claims.sessionPolicyArns }),
      };
    }
    const owner = await this.#ownerOf(account, claims.of === 'user' ? claims.userName : undefined);
    if (owner?.kind === 'user' && claims.of === 'user' && owner.userId !== claims.userId) return undefined;
    return owner?.kind === 'user' || owner?.kind === 'root'
      ? { ...owner, temporary: true, tokenIssuedAtMs }
      : undefined;
  }

  async #ofUser(principal: Extract<Principal, { kind: 'user' }>): Promise<PrincipalPolicies | undefined> {
    const user = (await findEntity(this, 'user', principal.account, principal.userName))?.row;
    return user?.userId === principal.userId
      ? await policiesOfHolder(this.store, principal.account, user)
      : undefined;
  }

  #ofSession(
    principal: Extract<Principal, { kind: 'role-session' }>,
  ): PrincipalPolicies | Promise<PrincipalPolicies> {
    const ofRole = this.#policies.get(`role/${principal.roleArn}/${principal.roleId}`, () =>
      this.#ofRole(principal),
    );
    const { sessionPolicy, sessionPolicyArns = [] } = principal;
    if (sessionPolicy === undefined && sessionPolicyArns.length === 0) return orGone(ofRole);
    return this.#narrowed(orGone(ofRole), sessionPolicy, sessionPolicyArns);
  }

  async #ofRole(
    principal: Extract<Principal, { kind: 'role-session' }>,
  ): Promise<PrincipalPolicies | undefined> {
    const name = principal.roleArn.slice(principal.roleArn.lastIndexOf('/') + 1);
    const role = (await findEntity(this, 'role', principal.account, name))?.row;
    return role?.roleId === principal.roleId
      ? await policiesOfHolder(this.store, principal.account, role)
      : undefined;
  }

  async #narrowed(
    ofRole: PrincipalPolicies | Promise<PrincipalPolicies>,
    sessionPolicy: string | undefined,
    arns: readonly string[],
  ): Promise<PrincipalPolicies> {
    const managed = arns.length === 0 ? [] : [...(await managedDocuments(this.store, arns)).values()];
    const inline = sessionPolicy === undefined ? [] : [parsedPolicy(sessionPolicy, 'identity')];
    return { ...(await ofRole), session: [...inline, ...managed] };
  }
}

function orGone(
  policies: PrincipalPolicies | Promise<PrincipalPolicies | undefined>,
): PrincipalPolicies | Promise<PrincipalPolicies> {
  return policies instanceof Promise ? policies.then((found) => found ?? GONE) : policies;
}
