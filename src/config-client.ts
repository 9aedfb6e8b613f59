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

/** The AWS variables that every tool reads, so that one shell serves `aws` and `holdfast` alike. `keys` come before the
 * variables, `otherwise` after them. @throws ConfigError */
export function readClientConfig(
  endpoint: string | undefined,
  {
    keys,
    otherwise,
  }: { readonly keys?: ClientKeys | undefined; readonly otherwise?: ClientKeys | undefined } = {},
  environment: Readonly<Record<string, string | undefined>> = process.env,
): ClientConfig {
  const found = keys ?? keysOf(environment) ?? otherwise;
  if (found === undefined) {
    throw new ConfigError(
      'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: the first start printed them; holdfast env --data DIR finds them where it wrote them to a file.',
    );
  }
  return {
    endpoint: endpoint ?? environment['AWS_ENDPOINT_URL'] ?? `http://localhost:${DEFAULT_PORT}`,
    region: environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'] ?? 'us-east-1',
    ...found,
  };
}

function keysOf(environment: Readonly<Record<string, string | undefined>>): ClientKeys | undefined {
  const accessKeyId = environment['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = environment['AWS_SECRET_ACCESS_KEY'];
  const sessionToken = environment['AWS_SESSION_TOKEN'];
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}
