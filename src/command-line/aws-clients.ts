import type { IAMClient } from '@aws-sdk/client-iam';
import type { S3Client } from '@aws-sdk/client-s3';
import type { S3ControlClient } from '@aws-sdk/client-s3-control';
import { type ClientConfig, readClientConfig } from '../config-client.ts';
import { RequestError } from './command.ts';
import { s3ControlEndpoint } from './s3control-endpoint.ts';
import { asUnreachable } from './unreachable.ts';

/** The server as any AWS client sees it. What it refuses is thrown as RequestError. Each SDK is loaded when it is first
 * asked for: none of them costs a command that does without. */
export interface AwsClients {
  readonly config: ClientConfig;
  readonly endpoint: string;
  /** Of the one who signs. */
  readonly account: string;
  /** Of AWS_REGION; most buckets' commands use the bucket's own instead. */
  readonly region: string;
  s3(region?: string): Promise<S3Client>;
  s3Control(region: string): Promise<S3ControlClient>;
  iam(): Promise<IAMClient>;
}

/** @throws RequestError where no server answers or the keys are refused */
export async function connect(endpoint: string | undefined, region?: string): Promise<AwsClients> {
  const found = readClientConfig(endpoint);
  const config = region === undefined ? found : { ...found, region };
  const once = new Map<string, Promise<object>>();
  const kept = <Client extends object>(name: string, make: () => Promise<Client>): Promise<Client> => {
    const made = (once.get(name) as Promise<Client> | undefined) ?? make();
    once.set(name, made);
    return made;
  };
  return {
    config,
    endpoint: config.endpoint,
    region: config.region,
    account: await callerAccount(config),
    s3: (of = config.region) => kept(`s3 ${of}`, () => makeS3({ ...config, region: of })),
    s3Control: (of) => kept(`s3control ${of}`, () => makeS3Control({ ...config, region: of })),
    iam: () => kept('iam', () => makeIam(config)),
  };
}

async function callerAccount(config: ClientConfig): Promise<string> {
  const { GetCallerIdentityCommand, STSClient } = await import('@aws-sdk/client-sts');
  const client = refusing(new STSClient(settings(config)), config);
  const { Account } = await client.send(new GetCallerIdentityCommand({}));
  if (Account === undefined) throw new RequestError(`${config.endpoint} does not say whose keys these are.`);
  return Account;
}

async function makeS3(config: ClientConfig): Promise<S3Client> {
  const { S3Client } = await import('@aws-sdk/client-s3');
  return refusing(new S3Client({ ...settings(config), forcePathStyle: true }), config);
}

async function makeIam(config: ClientConfig): Promise<IAMClient> {
  const { IAMClient } = await import('@aws-sdk/client-iam');
  return refusing(new IAMClient(settings(config)), config);
}

async function makeS3Control(config: ClientConfig): Promise<S3ControlClient> {
  const { S3ControlClient } = await import('@aws-sdk/client-s3-control');
  const { endpoint, ...others } = settings(config);
  const client = new S3ControlClient({ ...others, ...s3ControlEndpoint(endpoint, config.region) });
  return refusing(client, config);
}

function settings({ endpoint, region, accessKeyId, secretAccessKey, sessionToken }: ClientConfig) {
  return {
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
  };
}

/** Turns whatever a call throws into one sentence. */
function refusing<Client extends S3Client | IAMClient | S3ControlClient | { middlewareStack: unknown }>(
  client: Client,
  { endpoint }: ClientConfig,
): Client {
  const stack = client.middlewareStack as S3Client['middlewareStack'];
  stack.add(
    (next) => async (step) => {
      try {
        return await next(step);
      } catch (error) {
        throw asRefusal(error, endpoint);
      }
    },
    { step: 'initialize', name: 'refusing', priority: 'high' },
  );
  return client;
}

// Below it, an error is an answer that makes no sense.
const REDIRECTION = 300;

function asRefusal(error: unknown, endpoint: string): unknown {
  const { name, message, $metadata, $response } = error as {
    name?: string;
    message?: string;
    $metadata?: { httpStatusCode?: number };
    $response?: unknown;
  };
  const status = $metadata?.httpStatusCode;
  if (status === undefined && $response === undefined) {
    return asUnreachable(error, endpoint) ?? error;
  }
  if (status !== undefined && status < REDIRECTION) {
    return new RequestError(`What answers at ${endpoint} is not Holdfast.`, { cause: error, status });
  }
  return new RequestError(`${name}: ${message} (${status} from ${endpoint})`, {
    cause: error,
    code: name,
    status,
  });
}
