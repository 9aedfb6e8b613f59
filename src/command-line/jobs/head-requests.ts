import { hash } from 'node:crypto';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { ClientConfig } from '../../config-client.ts';
import { systemClock } from '../../lib/clock.ts';
import { RequestError } from '../command.ts';
import { signRequest } from '../sign-request.ts';

const ATTEMPTS_MAX = 3;
const NO_BODY = hash('sha256', '');

/** HeadObject without the SDK, which takes five times the processor: a report is checked by one or more for each of its
 * rows, and a job may have a million. */
export class HeadRequests {
  readonly #config: ClientConfig;
  readonly #url: URL;
  readonly #isSecure: boolean;
  readonly #agent: HttpAgent | HttpsAgent;

  constructor(config: ClientConfig) {
    this.#config = config;
    this.#url = new URL(config.endpoint);
    this.#isSecure = this.#url.protocol === 'https:';
    this.#agent = this.#isSecure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  }

  /** @param region of the bucket
   * @param versionId empty: the current version
   * @returns status and headers of an answer that says what is there: 200, 404 or 405 (a delete marker)
   * @throws RequestError for any other */
  async head(
    region: string,
    bucket: string,
    key: string,
    versionId: string,
  ): Promise<Pick<IncomingMessage, 'statusCode' | 'headers'>> {
    const path = `/${bucket}/${key.split('/').map(encoded).join('/')}`;
    const query = versionId === '' ? '' : `versionId=${encoded(versionId)}`;
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#send(region, path, query).catch((error: unknown) => {
        if (attempt < ATTEMPTS_MAX) return undefined;
        throw new RequestError(`No server answers at ${this.#config.endpoint}.`, { cause: error });
      });
      const status = answer?.statusCode ?? 500;
      if (answer !== undefined && [200, 404, 405].includes(status)) return answer;
      if (status < 500 || attempt === ATTEMPTS_MAX) {
        throw new RequestError(`${bucket} answers ${status} when it is asked for ${key}.`, { status });
      }
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #send(region: string, path: string, query: string): Promise<IncomingMessage> {
    const headers = signRequest(
      {
        method: 'HEAD',
        host: this.#url.host,
        path,
        query,
        payloadHash: NO_BODY,
        region,
        service: 's3',
        nowMs: systemClock.now(),
      },
      this.#config,
    );
    const request = this.#isSecure ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const sent = request(this.#url, {
        method: 'HEAD',
        path: query === '' ? path : `${path}?${query}`,
        headers,
        agent: this.#agent,
      });
      sent.once('error', reject);
      sent.once('response', (response) => {
        response.resume();
        response.once('error', reject);
        response.once('end', () => resolve(response));
      });
      sent.end();
    });
  }
}

/** As a signature wants it: what encodeURIComponent leaves is encoded, too. */
function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
