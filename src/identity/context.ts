import type { Keyring } from '../keys/keyring.ts';
import type { Clock } from '../lib/clock.ts';
import type { KeyValueStore } from '../store/kv/key-value-store.ts';

/** What every function of this folder may lean on. Ids and secrets are key material: they come from
 * `systemRandom`, never from an injected one. */
export interface IdentityContext {
  /** The global store: identities exist once for all regions. */
  readonly store: KeyValueStore;
  readonly clock: Clock;
  readonly keyring: Keyring;
}
