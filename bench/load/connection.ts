import { connect, type Socket } from 'node:net';

const HEAD_END = Buffer.from('\r\n\r\n');

export interface Answer {
  readonly status: number;
  readonly bodyBytes: number;
}

/** One keep-alive connection that sends prepared bytes and counts what comes back: as little work as a client can
 * do, so that the server is what is measured. Understands Content-Length only, which is all that is sent here. */
export class LoadConnection {
  readonly #socket: Socket;
  #waiting: ((answer: Answer) => void) | undefined;
  #fail: ((error: Error) => void) | undefined;
  #head: Buffer = Buffer.alloc(0);
  #status = 0;
  #bodyLength = -1;
  #bodySeen = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('close', () => this.#fail?.(new Error('the server closed the connection')));
    socket.on('error', (error) => this.#fail?.(error));
  }

  static open(port: number): Promise<LoadConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      socket.once('connect', () => resolve(new LoadConnection(socket)));
      socket.once('error', reject);
    });
  }

  send(head: Buffer, body: Buffer | undefined): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting = resolve;
      this.#fail = reject;
      if (body === undefined) {
        this.#socket.write(head);
        return;
      }
      this.#socket.cork();
      this.#socket.write(head);
      this.#socket.write(body);
      this.#socket.uncork();
    });
  }

  close(): void {
    this.#fail = undefined;
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    let body = chunk;
    if (this.#bodyLength < 0) {
      this.#head = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk]);
      const end = this.#head.indexOf(HEAD_END);
      if (end < 0) return;
      this.#readHead(this.#head.toString('latin1', 0, end));
      body = this.#head.subarray(end + HEAD_END.length);
      this.#head = Buffer.alloc(0);
      this.#bodySeen = 0;
    }
    this.#bodySeen += body.length;
    if (this.#bodySeen < this.#bodyLength) return;
    this.#bodyLength = -1;
    this.#waiting?.({ status: this.#status, bodyBytes: this.#bodySeen });
  }

  #readHead(head: string): void {
    this.#status = Number(head.slice(9, 12));
    const length = /\r\ncontent-length: *(\d+)/i.exec(head);
    if (length === null && this.#status !== 204) throw new Error(`an answer without Content-Length: ${head}`);
    this.#bodyLength = Number(length?.[1] ?? 0);
  }
}
