import { hash } from 'node:crypto';
import { type ClientKeys, readClientConfig } from '../config-client.ts';
import { systemClock } from '../lib/clock.ts';
import { RequestError } from './command.ts';
import { signRequest } from './sign-request.ts';

/** One admin call: a signed POST to the server's own API, JSON in and out.
 * @param keys default: those of the environment. @throws RequestError */
export async function callServer<Answer>(
  endpoint: string | undefined,
  operation: string,
  input: object,
  keys?: ClientKeys,
): Promise<Answer> {
  const config = readClientConfig(endpoint, { keys });
  const url = new URL(`/_holdfast/api/${operation}`, config.endpoint);
  const body = JSON.stringify(input);
  const { host: _, ...headers } = signRequest(
    {
      method: 'POST',
      host: url.host,
      path: url.pathname,
      payloadHash: hash('sha256', body),
      region: config.region,
      service: 'holdfast',
      nowMs: systemClock.now(),
    },
    config,
  );
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      body,
      headers: { ...headers, 'content-type': 'application/json' },
    });
  } catch (error) {
    throw new RequestError(`No server answers at ${config.endpoint}.`, { cause: error });
  }
  const text = await response.text();
  if (response.ok) return JSON.parse(text) as Answer;
  throw new RequestError(`${refusal(text)} (${response.status} from ${config.endpoint})`);
}

function refusal(text: string): string {
  try {
    const { code, message } = JSON.parse(text) as { code?: string; message?: string };
    return `${code ?? 'Error'}: ${message ?? text}`;
  } catch {
    return text.slice(0, 200);
  }
}
