import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { composeNode } from '../../src/compose.ts';
import { composeHttp } from '../../src/compose-http.ts';
import type { Region, Site } from '../../src/buckets/region.ts';
import { createAccessKey } from '../../src/identity/access-keys.ts';
import { createAccount } from '../../src/identity/accounts.ts';
import { makeKeyring } from '../../src/keys/keyring.ts';
import { makeMasterKey } from '../../src/keys/master-key.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLogger } from '../../src/lib/logger.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { registerIncarnation } from '../../src/objects/incarnations.ts';
import { MemoryBlobDisk, MemoryBlobStore } from '../../src/store/blobs/memory-blob-store.ts';
import { MemoryStore } from '../../src/store/kv/memory.ts';
import type { RawCredentials, RawRequest } from '../../src/testing/raw-signing.ts';
import { furnish, type Furniture } from './furnish.ts';

/** Who signs:
 * - rootA, rootB: the roots of two accounts. rootA's account runs the site.
 * - alice, bob: administrators of A and B.
 * - nobody: a user of A without any policy. reader: may get alpha-private/folder/* and write there.
 * - denied: may do everything but what is explicitly denied on alpha-private. bounded: an administrator whose
 *   permissions boundary allows nothing but iam:ListUsers.
 * - disabled: an administrator of A with an inactive key. deleted: the key of a user who is gone.
 * - session: an administrator role of A. narrow: the same role under a session policy for folder/*. */
export type Person =
  | 'rootA'
  | 'rootB'
  | 'alice'
  | 'bob'
  | 'nobody'
  | 'reader'
  | 'denied'
  | 'bounded'
  | 'disabled'
  | 'deleted'
  | 'session'
  | 'narrow';

export const ACCOUNT_A = '111111111111';
export const ACCOUNT_B = '222222222222';

/** The machine's clock, set forward at will. */
export class MovableClock {
  #aheadMs = 0;
  now(): number {
    return systemClock.now() + this.#aheadMs;
  }
  after(delayMs: number, task: () => void): () => void {
    return systemClock.after(delayMs, task);
  }
  forward(milliseconds: number): void {
    this.#aheadMs += milliseconds;
  }
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  /** Of an error document, in XML or JSON. */
  readonly code: string | undefined;
}

export interface World extends Furniture {
  /** localhost and port, as the Host header has it. */
  readonly host: string;
  readonly clock: MovableClock;
  readonly keys: Readonly<Record<Person, RawCredentials>>;
  send(request: RawRequest): Promise<Answer>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A whole server in this process, on stores in memory, with two accounts and something in each to steal. */
export async function startWorld(): Promise<World> {
  const clock = new MovableClock();
  const region = (name: string): [string, Region] => [
    name,
    {
      name,
      store: new MemoryStore(),
      blobs: new MemoryBlobStore(new MemoryBlobDisk(), INCARNATION, systemRandom),
    },
  ];
  const site: Site = {
    siteId: '00000001',
    clock,
    random: systemRandom,
    global: new MemoryStore(),
    regions: new Map([region('us-east-1'), region('ap-south-1')]),
    defaultRegion: 'us-east-1',
  };
  const incarnation = await registerIncarnation(site, INCARNATION);
  const node = composeNode({ site, keyring: makeKeyring([makeMasterKey(Buffer.alloc(32, 7))]), incarnation });
  const root = async (id: string, name: string): Promise<RawCredentials> => {
    await createAccount(node.identity, { id, name });
    return await createAccessKey(node.identity, { account: id });
  };
  const roots = { rootA: await root(ACCOUNT_A, 'a'), rootB: await root(ACCOUNT_B, 'b') };
  const listener = composeHttp(node, {
    config: { domains: [] },
    logger: silentLogger,
    operatorAccount: ACCOUNT_A,
    administration: {
      masterKey: { export: () => 'the master key', rotate: () => Promise.resolve('') },
      status: () => Promise.resolve({}),
    },
    unreadyBecause: () => undefined,
    metrics: () => Promise.resolve(''),
  });
  const port = await listener.listen({ hosts: ['127.0.0.1'], port: 0 });
  const host = `localhost:${port}`;
  const send = (request: RawRequest) => sendRaw(port, request);
  const furniture = await furnish({ host, clock, send, roots });
  return { ...furniture, host, clock, send, [Symbol.asyncDispose]: () => listener.close(1000) };
}

/** 16 hex digits, as every start makes them. */
const INCARNATION = '00000000000000a1';

/** Sends a request exactly as it is: no header added but Content-Length and Connection. */
export function sendRaw(
  port: AddressInfo['port'],
  { method, url, headers, body }: RawRequest,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const bytes = Buffer.from(body ?? '');
    const outgoing = httpRequest(
      {
        host: '127.0.0.1',
        port,
        method,
        path: url,
        setHost: false,
        agent: false,
        headers: {
          ...headers,
          ...(bytes.length > 0 || method === 'PUT' || method === 'POST'
            ? { 'content-length': bytes.length }
            : {}),
        },
      },
      (incoming) => {
        const parts: Buffer[] = [];
        incoming.on('data', (part: Buffer) => parts.push(part));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const text = Buffer.concat(parts).toString('utf8');
          const code = /<Code>([^<]*)<\/Code>|"(?:code|__type)":"(?:[^"#]*#)?([^"]*)"/.exec(text);
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            body: text,
            code: code?.[1] ?? code?.[2],
          });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(bytes);
  });
}
