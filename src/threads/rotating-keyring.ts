import { type Keyring, makeKeyring } from '../keys/keyring.ts';
import { parseMasterKeys } from '../keys/master-key-source.ts';

/** A keyring that can be given a further generation while others hold it. */
export class RotatingKeyring implements Keyring {
  #current: Keyring;
  /** All generations, the newest first, one base64 key a line. */
  text: string;

  constructor(masterKeys: string) {
    this.text = masterKeys;
    this.#current = makeKeyring(parseMasterKeys(masterKeys, 'the master key'));
  }

  replace(masterKeys: string): void {
    this.text = masterKeys;
    this.#current = makeKeyring(parseMasterKeys(masterKeys, 'the master key'));
  }

  get currentWrapId(): string {
    return this.#current.currentWrapId;
  }
  has: Keyring['has'] = (wrapId) => this.#current.has(wrapId);
  newDataKey: Keyring['newDataKey'] = () => this.#current.newDataKey();
  wrap: Keyring['wrap'] = (dataKey) => this.#current.wrap(dataKey);
  unwrap: Keyring['unwrap'] = (sealed) => this.#current.unwrap(sealed);
  rewrap: Keyring['rewrap'] = (sealed) => this.#current.rewrap(sealed);
  derive: Keyring['derive'] = (purpose, wrapId) => this.#current.derive(purpose, wrapId);
}
