import { Readable } from 'node:stream';
import * as cloudwatch from '@aws-sdk/client-cloudwatch';
import * as iam from '@aws-sdk/client-iam';
import * as kms from '@aws-sdk/client-kms';
import * as s3 from '@aws-sdk/client-s3';
import * as s3control from '@aws-sdk/client-s3-control';
import * as sts from '@aws-sdk/client-sts';
import { HttpResponse } from '@smithy/core/protocols';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Frontend } from './operation-request.ts';
import { splitUrl, type WireRequest } from './request.ts';
import { createRpcFrontend } from './rpc-frontend.ts';
import { createS3Frontend } from './s3-frontend.ts';
import { createS3ControlFrontend } from './s3control-frontend.ts';
import { compileOperations, type Operation } from './service-model.ts';
import type { Member, Shape, StructureShape } from './shapes.ts';

/** The SDK is the judge: whatever its client sends is what we read, and whatever we write is what it reads. */

// More only when a protocol is changed: there are 510 operations.
const RUNS = 4;
const ANSWER = { requestId: '0123456789ABCDEF', hostId: 'host' };

// What the client itself changes or adds before it sends, checks before it returns, or cannot say.
const LEFT_OUT = new Set([
  'SSECustomerKey',
  'SSECustomerKeyMD5',
  'CopySourceSSECustomerKey',
  'CopySourceSSECustomerKeyMD5',
  'ChecksumAlgorithm',
  'ContentLength',
  'Expires',
  'LocationConstraint',
  'ContentMD5',
]);

// Filled in by the client when absent.
const ADDED = new Set([
  ...LEFT_OUT,
  'ContentType',
  'ContentEncoding',
  'ClientToken',
  'ChecksumCRC32',
  'ChecksumMode',
  'ClientRequestToken',
]);

// Demanded by the client, or made up by it where we answer none.
const ALWAYS = new Set(['AccountId', 'Metadata']);

const FORMS: Readonly<Record<string, string>> = {
  Bucket: 'bucket',
  AccountId: '123456789012',
  OutpostId: 'op-1',
  Key: 'a key/with ä+%&=?#',
  CopySource: 'bucket/key',
};

const text = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .filter((value) => !/\p{Cc}/u.test(value));
const token = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,11}$/);
const time = fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => new Date(seconds * 1000));

function arbitrary(shape: Shape, plain: boolean, depth: number): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case 'structure':
      return structure(shape, depth + 1);
    case 'list':
      return fc.array(arbitrary(shape.item, plain, depth + 1), { minLength: 1, maxLength: 3 });
    case 'map':
      return fc.dictionary(
        token.map((key) => key.toLowerCase()),
        arbitrary(shape.value, plain, depth + 1),
        {
          minKeys: 1,
          maxKeys: 3,
          noNullPrototype: true,
        },
      );
    case 'number':
      return fc.integer({ min: 0 });
    case 'boolean':
      return fc.boolean();
    case 'timestamp':
      return time;
    case 'blob':
      return fc.uint8Array({ minLength: 1, maxLength: 8 }).map((bytes) => new Uint8Array(bytes));
    default:
      return plain ? token : text;
  }
}

function structure(shape: StructureShape, depth: number): fc.Arbitrary<unknown> {
  const usable = shape.members.filter((member) => isUsable(member) && (member.required || depth < 5));
  if (shape.union) {
    const one = shape.members[0];
    return one === undefined
      ? fc.constant({})
      : arbitrary(one.shape, false, depth).map((value) => ({ [one.name]: value }));
  }
  const members = usable.map((member): [string, fc.Arbitrary<unknown>] => [
    member.name,
    arbitraryMember(member, depth),
  ]);
  const requiredKeys = usable
    .filter((member, index) => member.required || index === 0 || ALWAYS.has(member.name))
    .map((member) => member.name);
  return fc.record(Object.fromEntries(members), { requiredKeys, noNullPrototype: true });
}

function arbitraryMember(member: Member, depth: number): fc.Arbitrary<unknown> {
  const form = FORMS[member.name];
  if (form !== undefined && member.location !== 'body') return fc.constant(form);
  return arbitrary(member.shape, member.location !== 'body' && member.location !== 'payload', depth);
}

function isUsable(member: Member): boolean {
  const { kind } = member.shape;
  if (kind === 'stream' || kind === 'event-stream') return false;
  return member.required || (!LEFT_OUT.has(member.name) && !member.wireName.startsWith('x-amz-checksum-'));
}

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

function wireRequestOf(sent: Sent): WireRequest {
  const parts: string[] = [];
  for (const [key, value] of Object.entries(sent.query ?? {})) {
    for (const item of Array.isArray(value) ? value : [value ?? '']) {
      parts.push(`${encodeURIComponent(key)}=${encodeURIComponent(item)}`);
    }
  }
  const rawUrl = parts.length === 0 ? sent.path : `${sent.path}?${parts.join('&')}`;
  const headers = Object.fromEntries(
    Object.entries(sent.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return {
    method: sent.method,
    rawUrl,
    ...splitUrl(rawUrl),
    headers,
    rawHeaders: [],
    host: headers['host'] ?? 'localhost',
    sourceIp: '127.0.0.1',
    secure: false,
    body: bytesOf(sent.body),
    signal: new AbortController().signal,
  };
}

async function* bytesOf(body: string | Uint8Array | undefined): AsyncGenerator<Buffer> {
  if (body !== undefined && body.length > 0) yield Buffer.from(body);
}

interface Client {
  send(command: unknown): Promise<Record<string, unknown>>;
}

interface Judge {
  readonly name: string;
  readonly sdk: object;
  readonly frontend: Frontend;
  /** Sends a command through a real client whose transport is `handle`. */
  send(
    command: string,
    input: unknown,
    handle: (sent: Sent) => Promise<HttpResponse>,
  ): Promise<Record<string, unknown>>;
}

function judge(name: string, sdk: object, client: string, frontend: Frontend): Judge {
  const module: Record<string, unknown> = { ...sdk };
  return {
    name,
    sdk,
    frontend,
    async send(command, input, handle) {
      const requestHandler = { handle: async (sent: Sent) => ({ response: await handle(sent) }) };
      const built = construct(module[client], {
        region: 'us-east-1',
        endpoint: 'http://localhost:9000',
        forcePathStyle: true,
        credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
        maxAttempts: 1,
        requestHandler,
      });
      if (!isClient(built)) throw new TypeError(`${client} is no client`);
      return built.send(construct(module[`${command}Command`], input));
    },
  };
}

function construct(constructor: unknown, argument: unknown): unknown {
  if (typeof constructor !== 'function') throw new TypeError('not a constructor');
  const built: unknown = Reflect.construct(constructor, [argument]);
  return built;
}

function isClient(value: unknown): value is Client {
  return typeof value === 'object' && value !== null && 'send' in value;
}

const rpc = (sdk: object, service: string, dialect: 'query' | 'json') =>
  createRpcFrontend({ sdk, service, namespace: 'urn:test', dialect, decimals: false });

const judges = [
  judge('s3', s3, 'S3Client', createS3Frontend(s3, [])),
  judge('s3control', s3control, 'S3ControlClient', createS3ControlFrontend(s3control, [])),
  judge('iam', iam, 'IAMClient', rpc(iam, 'iam', 'query')),
  judge('sts', sts, 'STSClient', rpc(sts, 'sts', 'query')),
  judge('kms', kms, 'KMSClient', rpc(kms, 'kms', 'json')),
  judge('cloudwatch', cloudwatch, 'CloudWatchClient', rpc(cloudwatch, 'monitoring', 'json')),
];

// Not in the route table, an event stream, a host of its own, a root that is its own member.
const SKIPPED = new Set([
  'ListDirectoryBuckets',
  'SelectObjectContent',
  'WriteGetObjectResponse',
  'GetBucketLocation',
]);

function operationsOf(sdk: object): Operation[] {
  return compileOperations(sdk).filter((operation) => !SKIPPED.has(operation.name));
}

async function roundTrip(one: Judge, operation: Operation, input: unknown, output: unknown): Promise<void> {
  let read: Record<string, unknown> = {};
  // Without one, the SDK warns of streams of unknown length.
  const body = operation.streamsIn ? { Body: 'x' } : {};
  const received = await one.send(operation.name, { ...asRecord(input), ...body }, async (sent) => {
    const request = wireRequestOf(sent);
    const routed = await one.frontend.route(request);
    expect(routed.operation.name).toBe(operation.name);
    const chunks: Buffer[] = [];
    for await (const chunk of request.body) chunks.push(chunk);
    const bound = { labels: routed.labels, query: request.query, headers: request.headers };
    read = routed.protocol.readInput(routed.operation, bound, routed.document ?? Buffer.concat(chunks));
    const answer = routed.protocol.writeOutput(routed.operation, asRecord(output), ANSWER);
    const content = typeof answer.body === 'string' || answer.body instanceof Uint8Array ? answer.body : '';
    return new HttpResponse({
      statusCode: answer.status,
      headers: answer.headers,
      body: Readable.from([Buffer.from(content)]),
    });
  });
  for (const added of ADDED) if (!(added in asRecord(input))) delete read[added];
  expect(read).toEqual(withBuffers(input));
  const { $metadata, ...rest } = received;
  if (operation.outputPayload?.shape.kind === 'stream') delete rest[operation.outputPayload.name];
  expect($metadata).toBeDefined();
  expect(rest).toEqual(output);
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** What a client gives as bytes, a handler gets as a Buffer. */
function withBuffers(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (value instanceof Date || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withBuffers);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withBuffers(item)]));
}

for (const one of judges) {
  test(`${one.name}: what the SDK sends is what we read, and back`, async () => {
    const failures: string[] = [];
    for (const operation of operationsOf(one.sdk)) {
      const input = structure(operation.input, 0);
      const output = structure(operation.output, 0);
      const property = fc.asyncProperty(input, output, (given, answered) =>
        roundTrip(one, operation, given, answered),
      );
      try {
        await fc.assert(property, { numRuns: RUNS, seed: 20260101 });
      } catch (cause) {
        failures.push(`${operation.name}: ${String(cause)}`);
      }
    }
    expect(failures).toEqual([]);
  }, 120_000);
}
