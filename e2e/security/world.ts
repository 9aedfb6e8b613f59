import { request as httpRequest } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Region, Site } from '../../src/buckets/region.ts';
import { composeNode } from '../../src/compose.ts';
import { composeHttp } from '../../src/compose-http.ts';
import { createAccessKey } from '../../src/identity/access-keys.ts';
import { createAccount } from '../../src/identity/accounts.ts';
import { makeKeyring } from '../../src/keys/keyring.ts';
import { makeMasterKey } from '../../src/keys/master-key.ts';
import { silentLogger } from '../../src/lib/logger.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { registerIncarnation } from '../../src/objects/incarnations.ts';
import { MemoryBlobDisk, MemoryBlobStore } from '../../src/store/blobs/memory-blob-store.ts';
import { MemoryStore } from '../../src/store/kv/memory.ts';
import type { RawCredentials, RawRequest } from '../../src/testing/raw-signing.ts';
import { type Furniture, furnish } from './furnish.ts';
import { ACCOUNT_A, ACCOUNT_B, type Answer, MovableClock, type Person } from './people.ts';

export interface World extends Furniture {
  /** localhost and port, as the Host header has it. */
  readonly host: string;
  readonly clock: MovableClock;
  readonly keys: Readonly<Record<Person, RawCredentials>>;
  send(request: RawRequest): Promise<Answer>;
  /** Sends these bytes and gives what comes back, for what no HTTP client sends. */
  sendText(text: string): Promise<string>;
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
  const sendText = (text: string) => sendBytes(port, text);
  return { ...furniture, host, clock, send, sendText, [Symbol.asyncDispose]: () => listener.close(1000) };
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

/** The server may answer before it has read everything, and closes after what it can't read. */
function sendBytes(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text, 'latin1'));
    let received = '';
    socket.on('data', (part) => {
      received += part.toString('latin1');
      if (received.includes('\r\n\r\n')) socket.end();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(received));
  });
}
