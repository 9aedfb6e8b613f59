import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { RequestBody } from './request-body.ts';

const request = () => new IncomingMessage(new Socket());

/** All of it came with the head. */
function arrived(...chunks: readonly string[]): RequestBody {
  const message = request();
  for (const chunk of chunks) message.push(chunk);
  message.push(null);
  message.complete = true;
  return new RequestBody(message, () => undefined);
}

async function read(body: RequestBody): Promise<string[]> {
  const chunks: string[] = [];
  for await (const chunk of body) chunks.push(chunk.toString());
  return chunks;
}

describe('the body of a request', () => {
  it('comes at once when all of it is there', async () => {
    const body = arrived('one ', 'two');
    expect(await read(body)).toEqual(['one two']);
    expect([body.bytesReceived, body.complete, body.started]).toEqual([7, true, true]);
    expect(await body.next()).toEqual({ done: true, value: undefined });
  });

  it('is empty when nothing was sent', async () => {
    expect(await read(arrived())).toEqual([]);
  });

  it('is given whole when all of it is there, once', async () => {
    const body = arrived('one ', 'two');
    expect(body.whole()?.toString()).toBe('one two');
    expect([body.bytesReceived, body.complete, body.started]).toEqual([7, true, true]);
    expect(body.whole()).toBeUndefined();
    expect(await read(body)).toEqual([]);
  });

  it('is given whole when it is empty', () => {
    expect(arrived().whole()).toEqual(Buffer.alloc(0));
  });

  it('is not given whole while some is to come, and nobody is asked to send it', async () => {
    const message = request();
    message.push('one ');
    let asked = false;
    const body = new RequestBody(message, () => {
      asked = true;
      message.push('two');
      message.push(null);
    });
    expect(body.whole()).toBeUndefined();
    expect([asked, body.started]).toEqual([false, false]);
    expect((await read(body)).join('')).toBe('one two');
    expect(body.whole()).toBeUndefined();
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

  it('is kept in few pieces, however small and many they came, with the order of large and small ones', async () => {
    const message = request();
    const large = 'L'.repeat(20_000);
    const body = new RequestBody(message, () => {
      for (let count = 0; count < 50_000; count++) message.push('a');
      message.push(large);
      for (let count = 0; count < 50_000; count++) message.push('b');
      message.push(null);
    });
    const pieces = await read(body);
    expect(pieces.length).toBeLessThan(20);
    expect(pieces.join('') === 'a'.repeat(50_000) + large + 'b'.repeat(50_000)).toBe(true);
  });

  it('is incomplete when the client has gone before it was asked for', async () => {
    for (const complete of [false, true]) {
      const message = request();
      message.complete = complete;
      message.destroy();
      const body = new RequestBody(message, () => undefined);
      expect(body.whole()).toBeUndefined();
      await expect(body.next()).rejects.toMatchObject({
        code: 'IncompleteBody',
      });
    }
  });
});
