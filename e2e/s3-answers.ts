import { CreateBucketCommand, PutBucketVersioningCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll } from 'vitest';
import { type S3Server, startS3Server } from '../src/testing/start-s3-server.ts';

/** How the tables of e2e/s3-*.test.ts look at refusals: status, code, message and the further elements. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** Further elements of the error document. */
  readonly fields: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
}

const NOT_FIELDS = new Set(['name', 'message', 'Code', 'RequestId', 'HostId', 'Message']);

/** What the server refused with; fails when it did not refuse. */
export async function refusal(sending: Promise<unknown>): Promise<Refusal> {
  try {
    await sending;
  } catch (error) {
    if (!(error instanceof Error) || !('$metadata' in error)) throw error;
    const { $metadata: metadata, $response: response } = failureOf(error);
    const fields: Record<string, string> = {};
    for (const [name, value] of Object.entries(error)) {
      if (typeof value === 'string' && !name.startsWith('$') && !NOT_FIELDS.has(name)) fields[name] = value;
    }
    return {
      status: metadata.httpStatusCode ?? 0,
      code: error.name,
      message: error.message,
      fields,
      headers: response?.headers ?? {},
    };
  }
  throw new Error('the server did not refuse');
}

interface SdkFailure {
  readonly $metadata: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers: Record<string, string> };
}

function failureOf(error: unknown): SdkFailure {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every exception of an SDK client is one
  return error as SdkFailure;
}

/** A word that the SDK's types do not list, for requests that must be refused. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
export function unlisted<Word extends string>(word: string): Word {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- wrong on purpose
  return word as Word;
}

/** Status, code and message in one line, for tables. */
export async function refusedWith(sending: Promise<unknown>): Promise<string> {
  const { status, code, message } = await refusal(sending);
  return `${status} ${code} ${message}`;
}

/** The HTTP status, refused or not. */
export async function statusOf(
  sending: Promise<{ readonly $metadata: { readonly httpStatusCode?: number | undefined } }>,
): Promise<number | undefined> {
  return sending.then(
    ({ $metadata }) => $metadata.httpStatusCode,
    async () => (await refusal(sending)).status,
  );
}

export interface S3Fixture {
  readonly server: S3Server;
  readonly client: S3Client;
  /** A new bucket of its own for one test. */
  bucket(versioning?: 'Enabled' | 'Suspended'): Promise<string>;
}

/** One server for all tests of a file. */
export function s3Fixture(): S3Fixture {
  let server: S3Server | undefined;
  let buckets = 0;
  beforeAll(async () => {
    server = await startS3Server();
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
  });
  const started = (): S3Server => {
    if (server === undefined) throw new Error('the server starts with the first test');
    return server;
  };
  let client: S3Client | undefined;
  return {
    get server() {
      return started();
    },
    get client() {
      client ??= started().client();
      return client;
    },
    async bucket(versioning) {
      buckets += 1;
      const Bucket = `bucket-${buckets}`;
      const s3 = this.client;
      await s3.send(new CreateBucketCommand({ Bucket }));
      if (versioning !== undefined) {
        await s3.send(
          new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: versioning } }),
        );
      }
      return Bucket;
    },
  };
}

export const XML =
  'MalformedXML The XML you provided was not well-formed or did not validate against our published schema';
