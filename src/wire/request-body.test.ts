import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { RequestBody } from './request-body.ts';

const request = () => new IncomingMessage(new Socket());

async function read(body: RequestBody): Promise<string[]> {
  const chunks: string[] = [];
  for await (const chunk of body) chunks.push(chunk.toString());
  return chunks;
}

describe('the body of a request', () => {
  it('comes at once when all of it is there', async () => {
    const message = request();
    message.push('one ');
    message.push('two');
    message.push(null);
    message.complete = true;
    const body = new RequestBody(message, () => undefined);
    expect(await read(body)).toEqual(['one two']);
    expect([body.bytesReceived, body.complete, body.started]).toEqual([7, true, true]);
    expect(await body.next()).toEqual({ done: true, value: undefined });
  });

  it('is empty when nothing was sent', async () => {
    const message = request();
    message.push(null);
    message.complete = true;
    expect(await read(new RequestBody(message, () => undefined))).toEqual([]);
  });

  it('flows when it is still to come', async () => {
    const message = request();
    let asked = false;
    const body = new RequestBody(message, () => {
      asked = true;
      message.push('late');
      message.push(null);
    });
    expect(await read(body)).toEqual(['late']);
    expect(asked).toBe(true);
  });

  it('is incomplete when the client has gone before it was asked for', async () => {
    for (const complete of [false, true]) {
      const message = request();
      message.complete = complete;
      message.destroy();
      await expect(new RequestBody(message, () => undefined).next()).rejects.toMatchObject({
        code: 'IncompleteBody',
      });
    }
  });
});
