import { type Keyring, KeyUnwrapError } from '../keys/keyring.ts';
import { openSecret, sealSecret } from '../keys/secret.ts';

/** What a session token says: everything about the session, sealed for us alone. There is no row for it, so that
 * sessions cost no commit and any gateway can read them; what may take their power away (the role or user they
 * stand on) is looked up at every use. */
export type SessionClaims = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly account: string;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
} & (
  | {
      readonly of: 'role';
      readonly roleName: string;
      readonly roleId: string;
      readonly sessionName: string;
      readonly sessionPolicy?: string;
      readonly sessionPolicyArns?: readonly string[];
    }
  | { readonly of: 'user'; readonly userName: string; readonly userId: string }
  | { readonly of: 'root' }
);

const PURPOSE = 'session token';
/** Every request of a session sends the same token: opening one costs some microseconds. */
const OPENED_MAX = 10_000;

export function sealSession(keyring: Keyring, claims: SessionClaims): string {
  return sealSecret(keyring, JSON.stringify(claims), PURPOSE);
}

/** Opens tokens, remembering the good ones. */
export class SessionTokens {
  readonly #keyring: Keyring;
  readonly #opened = new Map<string, SessionClaims>();

  constructor(keyring: Keyring) {
    this.#keyring = keyring;
  }

  /** Undefined when we did not seal it. Says nothing about expiry. */
  open(token: string): SessionClaims | undefined {
    const known = this.#opened.get(token);
    if (known !== undefined) return known;
    let text: string;
    try {
      text = openSecret(this.#keyring, token, PURPOSE);
    } catch (error) {
      if (error instanceof KeyUnwrapError) return undefined;
      throw error;
    }
    // Only `sealSession` seals for this purpose.
    const claims = JSON.parse(text) as SessionClaims;
    if (this.#opened.size >= OPENED_MAX) this.#opened.clear();
    this.#opened.set(token, claims);
    return claims;
  }
}
