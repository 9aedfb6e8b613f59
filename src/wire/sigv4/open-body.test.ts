import { describe, expect, it } from 'vitest';
import type { ByteStream } from '../../lib/byte-stream.ts';
import { openBody } from './open-body.ts';
import { sha256Hex } from './signing-key.ts';

const content = Buffer.from('the whole body');

/** All of it is there, in one piece. */
function there(bytes: Buffer): ByteStream {
  return {
    whole: () => bytes,
    async *[Symbol.asyncIterator]() {
      yield bytes;
    },
  };
}

function opened(raw: ByteStream, sha256 = sha256Hex(content), length = content.length) {
  return openBody(raw, { mode: 'exact', sha256 }, { 'content-length': String(length) }).body;
}

async function read(body: ByteStream): Promise<string> {
  let text = '';
  for await (const chunk of body) text += chunk.toString();
  return text;
}

describe('a body whose hash was signed', () => {
  it('is given whole where it is there, and in chunks too', async () => {
    expect(opened(there(content)).whole?.()).toEqual(content);
    expect(await read(opened(there(content)))).toBe(content.toString());
  });

  it('is refused alike, whole or in chunks', async () => {
    for (const [bytes, code] of [
      [Buffer.from('another body!!'), 'XAmzContentSHA256Mismatch'],
      [content.subarray(1), 'IncompleteBody'],
      [Buffer.alloc(0), 'IncompleteBody'],
      [Buffer.concat([content, content]), 'IncompleteBody'],
    ] as const) {
      expect(() => opened(there(bytes)).whole?.()).toThrow(expect.objectContaining({ code }));
      await expect(read(opened(there(bytes)))).rejects.toMatchObject({ code });
    }
  });

  it('is not given whole where it is not there, or once it is read', async () => {
    for (const whole of [undefined, () => undefined]) {
      const { [Symbol.asyncIterator]: chunks } = there(content);
      const body = opened({ [Symbol.asyncIterator]: chunks, ...(whole && { whole }) });
      expect(body.whole?.()).toBeUndefined();
      expect(await read(body)).toBe(content.toString());
    }
    const body = opened(there(content));
    await body[Symbol.asyncIterator]().next();
    expect(body.whole?.()).toBeUndefined();
  });
});
