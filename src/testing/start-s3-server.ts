import { S3Client } from '@aws-sdk/client-s3';
import { composeNode, type Node } from '../compose.ts';
import { createAccessKey } from '../identity/access-keys.ts';
import { createAccount } from '../identity/accounts.ts';
import { putInlinePolicy } from '../identity/inline-policies.ts';
import { createUser } from '../identity/users.ts';
import { makeKeyring } from '../keys/keyring.ts';
import { MASTER_KEY_BYTES, makeMasterKey } from '../keys/master-key.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import { systemRandom } from '../lib/random.ts';
import { registerIncarnation } from '../objects/incarnations.ts';
import type { Principal } from '../policy/types.ts';
import { authoriseS3 } from '../services/s3/authorise.ts';
import { s3Service } from '../services/s3/index.ts';
import { MemoryBlobDisk, MemoryBlobStore } from '../store/blobs/memory-blob-store.ts';
import { MemoryStore } from '../store/kv/memory.ts';
import { createListener, type RequestRecord } from '../wire/listener.ts';
import { createServices } from '../wire/services.ts';
import { createAuthenticator } from '../wire/sigv4/authenticate.ts';

export const ACCOUNT = '111122223333';
export const OTHER_ACCOUNT = '444455556666';

const INCARNATION = 'test';

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface S3Server {
  readonly node: Node;
  readonly port: number;
  readonly endpoint: string;
  readonly faults: unknown[];
  readonly records: RequestRecord[];
  /** Root of ACCOUNT. */
  readonly root: Keys;
  /** Root of OTHER_ACCOUNT. */
  readonly otherRoot: Keys;
  client(options?: { readonly keys?: Keys; readonly region?: string }): S3Client;
  /** A user of `account` with one inline policy. */
  user(name: string, policy: object | undefined, account?: string): Promise<Keys>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** S3 alone, in this process, in memory, on a loopback port: two regions and two accounts. */
export async function startS3Server(options: { readonly clock?: Clock } = {}): Promise<S3Server> {
  const clock = options.clock ?? systemClock;
  const keyring = makeKeyring([makeMasterKey(Buffer.alloc(MASTER_KEY_BYTES, 7))]);
  const region = (name: string) => ({
    name,
    store: new MemoryStore(),
    blobs: new MemoryBlobStore(new MemoryBlobDisk(), INCARNATION, systemRandom),
  });
  const regions = new Map(['us-east-1', 'ap-south-1'].map((name) => [name, region(name)]));
  const site = {
    siteId: '0badcafe',
    clock,
    random: systemRandom,
    global: new MemoryStore(),
    regions,
    defaultRegion: 'us-east-1',
  };
  const incarnation = await registerIncarnation(site, INCARNATION);
  const node = composeNode({ site, keyring, incarnation });
  const { identity, objects } = node;
  await createAccount(identity, { name: 'one', id: ACCOUNT });
  await createAccount(identity, { name: 'two', id: OTHER_ACCOUNT });
  const root = await createAccessKey(identity, { account: ACCOUNT });
  const otherRoot = await createAccessKey(identity, { account: OTHER_ACCOUNT });
  const faults: unknown[] = [];
  const records: RequestRecord[] = [];
  const reportFault = (_requestId: string, _operation: string | undefined, cause: unknown) => {
    faults.push(cause);
  };
  const anonymous: Principal = { kind: 'anonymous' };
  const services = createServices<Principal>(
    [s3Service(objects, identity)],
    {
      authenticator: createAuthenticator<Principal>({
        clock,
        credentials: { lookup: (id, token) => identity.credentials(id, token) },
      }),
      anonymous,
      authorise: (call, requirements) => authoriseS3({ objects, identity }, call, requirements),
      clock,
      defaultRegion: 'us-east-1',
      reportFault,
    },
    { domains: [] },
  );
  const listener = createListener({
    services,
    clock: systemClock,
    random: systemRandom,
    accountOf: (caller) => ('account' in caller ? caller.account : undefined),
    onRequest: (record) => records.push(record),
    reportFault,
  });
  const port = await listener.listen({ hosts: ['127.0.0.1'], port: 0 });
  const endpoint = `http://127.0.0.1:${port}`;
  return {
    node,
    port,
    endpoint,
    faults,
    records,
    root,
    otherRoot,
    client: ({ keys = root, region: signedRegion = 'us-east-1' } = {}) =>
      new S3Client({
        endpoint,
        region: signedRegion,
        forcePathStyle: true,
        credentials: { accessKeyId: keys.accessKeyId, secretAccessKey: keys.secretAccessKey },
        maxAttempts: 1,
      }),
    async user(name, policy, account = ACCOUNT) {
      await createUser(identity, account, { userName: name });
      if (policy !== undefined) {
        await putInlinePolicy(identity, 'user', account, name, 'inline', JSON.stringify(policy));
      }
      return createAccessKey(identity, { account, userName: name });
    },
    [Symbol.asyncDispose]: () => listener.close(1000),
  };
}
