import { ConfigError, DEFAULT_PORT } from './config.ts';

/** What an admin command needs to reach a server. */
export interface ClientConfig {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** The AWS variables that every tool reads, so that one shell serves `aws` and `holdfast` alike. */
export function readClientConfig(
  endpoint: string | undefined,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): ClientConfig {
  const accessKeyId = environment['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = environment['AWS_SECRET_ACCESS_KEY'];
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new ConfigError(
      'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: holdfast env prints them for a new server.',
    );
  }
  const sessionToken = environment['AWS_SESSION_TOKEN'];
  return {
    endpoint: endpoint ?? environment['AWS_ENDPOINT_URL'] ?? `http://localhost:${DEFAULT_PORT}`,
    region: environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'] ?? 'us-east-1',
    accessKeyId,
    secretAccessKey,
    ...(sessionToken !== undefined && { sessionToken }),
  };
}
