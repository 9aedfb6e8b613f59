import { ConfigError, DEFAULT_PORT } from './config.ts';

/** What an admin command needs to reach a server. */
export interface ClientConfig {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export type ClientKeys = Pick<ClientConfig, 'accessKeyId' | 'secretAccessKey' | 'sessionToken'>;

type Environment = Readonly<Record<string, string | undefined>>;

/** The AWS variables that every tool reads, so that one shell serves `aws` and `holdfast` alike. `keys` come before the
 * variables, `otherwise` after them. @throws ConfigError */
export function readClientConfig(
  endpoint: string | undefined,
  {
    keys,
    otherwise,
  }: { readonly keys?: ClientKeys | undefined; readonly otherwise?: ClientKeys | undefined } = {},
  environment: Environment = process.env,
): ClientConfig {
  const found = keys ?? keysOf(environment) ?? otherwise;
  if (found === undefined) {
    throw new ConfigError(
      'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: the first start printed them; holdfast env --data DIR finds them where it wrote them to a file.',
    );
  }
  return {
    endpoint: readEndpoint(endpoint, environment),
    region: firstOf(environment, 'AWS_REGION', 'AWS_DEFAULT_REGION') ?? 'us-east-1',
    ...found,
  };
}

function readEndpoint(flag: string | undefined, environment: Environment): string {
  const name = flag === undefined ? 'AWS_ENDPOINT_URL' : '--endpoint';
  const text = flag ?? firstOf(environment, 'AWS_ENDPOINT_URL') ?? `http://localhost:${DEFAULT_PORT}`;
  const { protocol, hostname } = URL.parse(text) ?? {};
  if ((protocol === 'http:' || protocol === 'https:') && hostname !== '') return text;
  throw new ConfigError(`${name} is a URL such as http://localhost:${DEFAULT_PORT}, not "${text}".`);
}

function keysOf(environment: Environment): ClientKeys | undefined {
  const accessKeyId = firstOf(environment, 'AWS_ACCESS_KEY_ID');
  const secretAccessKey = firstOf(environment, 'AWS_SECRET_ACCESS_KEY');
  const sessionToken = firstOf(environment, 'AWS_SESSION_TOKEN');
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}

/** An empty variable is one that is not set, as for the aws command. */
function firstOf(environment: Environment, ...names: readonly string[]): string | undefined {
  return names.map((name) => environment[name]).find((value) => value !== undefined && value !== '');
}
