import { hash } from 'node:crypto';
import { type ClientKeys, readClientConfig } from '../config-client.ts';
import { systemClock } from '../lib/clock.ts';
import { RequestError } from './command.ts';
import { signRequest } from './sign-request.ts';
import { asUnreachable } from './unreachable.ts';

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
    const { cause } = error as Error;
    throw (
      asUnreachable(cause, config.endpoint) ??
      new RequestError(`No server answers at ${config.endpoint}.`, { cause })
    );
  }
  const text = await response.text();
  if (response.ok) return parseAnswer(text, config.endpoint) as Answer;
  throw new RequestError(`${refusal(text)} (${response.status} from ${config.endpoint})`, {
    status: response.status,
  });
}

function parseAnswer(text: string, endpoint: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RequestError(`What answers at ${endpoint} is not Holdfast.`, { cause: error, status: 200 });
  }
}

function refusal(text: string): string {
  try {
    const { code, message } = JSON.parse(text) as { code?: string; message?: string };
    return `${code ?? 'Error'}: ${message ?? text}`;
  } catch {
    return text.slice(0, 200);
  }
}
