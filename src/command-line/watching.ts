import { RequestError } from './command.ts';
import { isWithoutAnswer } from './unreachable.ts';

const SERVER_ERROR = 500;

/** Asks again and again for what `--watch` shows. Once there was an answer, a server that is away or starts again is said
 * once, and asked on. */
export class Watching {
  #answered = false;
  #said = '';

  /** @returns undefined where there is no answer now
   * @throws what the first call does, and later what the next one would, too */
  async ask<Answer>(ask: () => Promise<Answer>): Promise<Answer | undefined> {
    try {
      const answer = await ask();
      this.#answered = true;
      this.#said = '';
      return answer;
    } catch (error) {
      if (!this.#answered || !(error instanceof RequestError) || !mayPass(error)) throw error;
      if (error.message !== this.#said) console.error(`holdfast: ${error.message} It is asked again.`);
      this.#said = error.message;
      return undefined;
    }
  }
}

function mayPass(error: RequestError): boolean {
  return isWithoutAnswer(error) || (error.status ?? 0) >= SERVER_ERROR;
}
