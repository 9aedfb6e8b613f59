import { existsSync } from 'node:fs';
import type { Site } from '../buckets/region.ts';
import type { MasterKeySource, ServeConfig } from '../config.ts';
import type { IdentityContext } from '../identity/context.ts';
import { MasterKeyError, requireMasterKey } from '../keys/master-key.ts';
import {
  type MasterKeySource as KeySource,
  loadMasterKeyText,
  parseMasterKeys,
} from '../keys/master-key-source.ts';
import type { Logger } from '../lib/logger.ts';
import { systemRandom } from '../lib/random.ts';
import { registerIncarnation } from '../objects/incarnations.ts';
import { accounts } from '../store/tables/accounts.ts';
import {
  ensureFirstAccount,
  type FirstStart,
  type RootKey,
  readSiteRow,
  recordSite,
  type SiteIdentity,
} from './first-start.ts';
import { closeSite, openSite } from './open-node.ts';
import { RotatingKeyring } from './rotating-keyring.ts';
import { openStores } from './stores.ts';
import { startSweeper } from './sweeping.ts';
import type { ThreadData } from './thread-data.ts';
import { Threads } from './threads.ts';
import type { LoadingThread } from './worker-thread.ts';

/** A whole site in this process: stores with their committers, HTTP threads, replication threads, the sweeper.
 *
 * starting → running → stopping → stopped. Stopping goes backwards: HTTP first, so that what was accepted is
 * finished; then replication; the stores last. */
export interface RunningSite {
  readonly port: number;
  readonly operatorAccount: string;
  /** A store's thread ended by itself: nothing can be served any more. */
  onFailure(listener: (error: Error) => void): void;
  stop(): Promise<void>;
}

const INCARNATION_BYTES = 6;

/** @param firstThread an HTTP thread, `loadThread('http')`.
 * @param handOver shows the root key that the first start made; nobody can read it afterwards. */
export async function startSite(
  config: ServeConfig,
  logger: Logger,
  firstThread: LoadingThread,
  handOver: (account: string, key: RootKey) => Promise<void>,
): Promise<RunningSite> {
  const stores = await openStores(config);
  let threads: Threads | undefined;
  try {
    const incarnation = systemRandom.bytes(INCARNATION_BYTES).toString('hex');
    const plain = { config: withoutSecrets(config), siteId: stores.siteId, incarnation };
    const site = await openSite({ ...plain, ...stores.connect() });
    const masterKeys = await readMasterKeys(config.masterKey, site);
    const data = { ...plain, masterKeys };
    const keyring = new RotatingKeyring(masterKeys);
    const context = { store: site.global, clock: site.clock, keyring };
    const first = {
      siteId: site.siteId,
      defaultRegion: site.defaultRegion,
      rootCredentials: config.rootCredentials,
    };
    const { operatorAccount, newRootKey } = await prepareSite(context, masterKeys, first);
    const living = await registerIncarnation(site, incarnation);
    const options = {
      data: { ...data, operatorAccount },
      stores,
      site,
      keyring,
      masterKey: config.masterKey,
      logger,
    };
    const running = await Threads.start(options, firstThread);
    threads = running;
    // Not before it listens: a start that is refused would show a key and be none.
    if (newRootKey !== undefined) {
      await handOver(operatorAccount, newRootKey);
      await recordSite(context, first, operatorAccount);
    }
    const sweeper = startSweeper(site, living, logger, () => running.oldestReadAtMs());
    return {
      port: running.port,
      operatorAccount,
      onFailure: (listener) => stores.onFailure(listener),
      async stop() {
        await running.stop();
        await sweeper.stop();
        await closeSite(site);
        await stores.close();
      },
    };
  } catch (error) {
    await threads?.stop();
    await stores.close();
    throw error;
  }
}

async function prepareSite(
  context: IdentityContext,
  masterKeys: string,
  first: FirstStart,
): Promise<SiteIdentity> {
  const row = await readSiteRow(context);
  if (row !== undefined) {
    requireMasterKey(parseMasterKeys(masterKeys, 'the master key'), row.masterKeyFingerprint);
  }
  return await ensureFirstAccount(context, first);
}

/** A missing key file is made as long as there is no account, which comes before anything that is sealed: later it
 * would hide that everything is lost. */
async function readMasterKeys(source: MasterKeySource, { global }: Site): Promise<string> {
  if (source.kind === 'file' && !existsSync(source.path)) {
    const [account] = await global.range({ ...accounts.range(), limit: 1 });
    if (!source.create || account !== undefined) {
      throw new MasterKeyError(`The master key ${source.path} is missing: nothing can be read without it.`);
    }
  }
  return await loadMasterKeyText(keySource(source));
}

function keySource(source: MasterKeySource): KeySource {
  switch (source.kind) {
    case 'file':
      return { kind: 'file', path: source.path };
    case 'value':
      return { kind: 'text', text: source.base64 };
    case 'command': {
      const [program = '', ...parameters] = source.command.split(/\s+/).filter((word) => word !== '');
      return { kind: 'command', command: [program, ...parameters] };
    }
  }
}

function withoutSecrets(config: ServeConfig): ThreadData['config'] {
  const { rootCredentials: _root, masterKey: _key, ...rest } = config;
  return rest;
}
