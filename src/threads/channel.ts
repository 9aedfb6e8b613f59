import type { MessagePort, Worker } from 'node:worker_threads';
import { AwsError } from '../errors/aws-error.ts';
import { messageOf } from '../lib/error-message.ts';

/** Questions and answers between the main thread and one other, the same at both ends.
 *
 * Invariant: every question is answered or fails; none waits for a thread that is gone. */
export type Handlers = Readonly<Record<string, (input: unknown) => unknown>>;

type Message =
  | { readonly kind: 'question'; readonly id: number; readonly name: string; readonly input: unknown }
  | { readonly kind: 'answer'; readonly id: number; readonly output: unknown }
  | {
      readonly kind: 'failure';
      readonly id: number;
      readonly message: string;
      readonly aws?: readonly [code: string, status: number];
    };

interface Waiting {
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class ThreadChannel {
  readonly #port: MessagePort | Worker;
  readonly #waiting = new Map<number, Waiting>();
  #questions = 0;

  constructor(port: MessagePort | Worker, handlers: Handlers) {
    this.#port = port;
    port.on('message', (message: Message) => {
      if (message.kind === 'question') void this.#answer(message, handlers[message.name]);
      else this.#settle(message);
    });
  }

  ask(name: string, input?: unknown): Promise<unknown> {
    const id = ++this.#questions;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#post({ kind: 'question', id, name, input });
    });
  }

  /** The other end is gone: whoever waits is told. */
  close(reason: string): void {
    for (const { reject } of this.#waiting.values()) reject(new Error(reason));
    this.#waiting.clear();
  }

  async #answer(
    { id, name, input }: Message & { kind: 'question' },
    handler: Handlers[string] | undefined,
  ): Promise<void> {
    try {
      if (handler === undefined) throw new Error(`no thread answers ${name}`);
      this.#post({ kind: 'answer', id, output: await handler(input) });
    } catch (error) {
      const message = messageOf(error);
      this.#post({
        kind: 'failure',
        id,
        message,
        ...(error instanceof AwsError && { aws: [error.code, error.status] }),
      });
    }
  }

  #settle(message: Exclude<Message, { kind: 'question' }>): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.kind === 'answer') waiting?.resolve(message.output);
    else if (message.aws === undefined) waiting?.reject(new Error(message.message));
    else waiting?.reject(new AwsError(message.aws[0], message.aws[1], message.message));
  }

  #post(message: Message): void {
    this.#port.postMessage(message);
  }
}
