import { IAMClient } from '@aws-sdk/client-iam';
import { STSClient } from '@aws-sdk/client-sts';
import { createAccessKey } from '../identity/access-keys.ts';
import { createAccount } from '../identity/accounts.ts';
import { Identity } from '../identity/identity.ts';
import { makeKeyring } from '../keys/keyring.ts';
import { MASTER_KEY_BYTES, makeMasterKey } from '../keys/master-key.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import { systemRandom } from '../lib/random.ts';
import type { Principal } from '../policy/types.ts';
import { authoriseInOwnAccount } from '../services/iam/authorise.ts';
import { iamService } from '../services/iam/service.ts';
import { stsService } from '../services/sts/service.ts';
import { MemoryStore } from '../store/kv/memory.ts';
import { createListener } from '../wire/listener.ts';
import { createServices } from '../wire/services.ts';
import { createAuthenticator } from '../wire/sigv4/authenticate.ts';

export interface SessionKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface IdentityServer {
  readonly identity: Identity;
  readonly endpoint: string;
  readonly faults: unknown[];
  /** Root keys of the two accounts. */
  readonly root: SessionKeys;
  readonly otherRoot: SessionKeys;
  iam(keys?: SessionKeys, region?: string): IAMClient;
  sts(keys?: SessionKeys, region?: string): STSClient;
  [Symbol.asyncDispose](): Promise<void>;
}

export const IDENTITY_ACCOUNT = '111111111111';
export const IDENTITY_OTHER_ACCOUNT = '222222222222';

/** Identity over an empty store in memory, with both accounts. */
export async function openTestIdentity(clock: Clock = systemClock): Promise<Identity> {
  const keyring = makeKeyring([makeMasterKey(Buffer.alloc(MASTER_KEY_BYTES, 7))]);
  const identity = new Identity({ store: new MemoryStore(), clock, keyring });
  await createAccount(identity, { name: 'one', id: IDENTITY_ACCOUNT });
  await createAccount(identity, { name: 'two', id: IDENTITY_OTHER_ACCOUNT });
  return identity;
}

/** IAM and STS alone, of two regions, in this process, in memory, on a loopback port. */
export async function startIdentityServer(): Promise<IdentityServer> {
  const clock = systemClock;
  const identity = await openTestIdentity();
  const root = await createAccessKey(identity, { account: IDENTITY_ACCOUNT });
  const otherRoot = await createAccessKey(identity, { account: IDENTITY_OTHER_ACCOUNT });
  const faults: unknown[] = [];
  const reportFault = (_requestId: string, _operation: string | undefined, cause: unknown) => {
    faults.push(cause);
  };
  const anonymous: Principal = { kind: 'anonymous' };
  const services = createServices<Principal>(
    [iamService(identity), stsService(identity)],
    {
      authenticator: createAuthenticator<Principal>({
        clock,
        credentials: { lookup: (id, token) => identity.credentials(id, token) },
        regions: new Set(['us-east-1', 'ap-south-1']),
      }),
      anonymous,
      authorise: (call, requirements) => authoriseInOwnAccount(identity, call, requirements),
      clock,
      defaultRegion: 'us-east-1',
      reportFault,
    },
    { domains: [] },
  );
  const listener = createListener<Principal>({
    services,
    clock,
    random: systemRandom,
    accountOf: (caller) => ('account' in caller ? caller.account : undefined),
    reportFault,
  });
  const port = await listener.listen({ hosts: ['127.0.0.1'], port: 0 });
  const endpoint = `http://127.0.0.1:${port}`;
  const options = (keys: SessionKeys, region = 'us-east-1') => ({
    endpoint,
    region,
    credentials: { ...keys },
    maxAttempts: 1,
  });
  return {
    identity,
    endpoint,
    faults,
    root,
    otherRoot,
    iam: (keys = root, region) => new IAMClient(options(keys, region)),
    sts: (keys = root, region) => new STSClient(options(keys, region)),
    [Symbol.asyncDispose]: () => listener.close(1_000),
  };
}
